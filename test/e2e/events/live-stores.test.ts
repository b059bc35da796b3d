// Live's main way on both kinds of stores: what comes shows, is filtered, searched and looked into, taken along, and outlives kill -9.
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { live, mailEvent, mailEvents, subjects } from '../../support/page/browser.ts'
import { eventually } from '../../support/eventually.ts'
import { useProgramLab } from '../../support/page/page-lab.ts'

const MANY = 300
const TIMES = { ip: '203.0.113.7', location: { city: 'Seoul', country: 'South Korea' } }

describe.each(['embedded', 'shared'] as const)('on the %s stores', (kind) => {
  const lab = useProgramLab(undefined, undefined, kind)

  test('from the first event to the oldest, through an outage', async () => {
    const { hub } = lab
    await hub.post(
      mailEvents(MANY, (index) => ({ subject: `Mail ${index}`, email: `reader${index}@example.com` })),
    )
    const { page, problems } = await lab.open()
    await live(page)
    await eventually(async () => (await subjects(page))[0]).toBe(`Mail ${MANY - 1}`)

    const ada = { id: 'm-ada', email: 'ada@example.com', subject: 'Your roses' }
    await hub.post([mailEvent(ada), mailEvent({ event: 'open', ...ada, more: TIMES })])
    await eventually(async () => (await subjects(page)).slice(0, 2)).toEqual(['Your roses', 'Your roses'])

    await page.getByRole('button', { name: 'Opened', exact: true }).click()
    await eventually(() => subjects(page)).toEqual(['Your roses'])
    await page.locator('.line').click()
    const inspector = page.getByRole('complementary')
    await inspector.locator('.timeline li', { hasText: 'Seoul, South Korea · 203.0.113.7' }).waitFor()
    await inspector.locator('.raw pre', { hasText: '"city": "Seoul"' }).waitFor()
    await inspector.getByRole('button', { name: 'Close' }).click()
    await inspector.waitFor({ state: 'detached' })

    await page.getByLabel('Export', { exact: true }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'JSON' }).click()
    const file = await readFile(await (await download).path(), 'utf8')
    expect(file.split('\n').map((line) => line && (JSON.parse(line) as { kind: string }).kind)).toEqual([
      'opened',
      '',
    ])

    await page.goto(`${hub.url}/?q=reader7`)
    await live(page)
    const found = mailEvents(MANY, (n) => ({ subject: `Mail ${n}`, email: `reader${n}@` }))
    const expected = found.map(({ msg }) => msg).filter(({ email }) => email.startsWith('reader7'))
    await eventually(async () => (await subjects(page)).length).toBe(expected.length)

    await hub.kill()
    await page.getByText('Reconnecting, nothing lost').first().waitFor()
    await hub.start()
    await hub.post([mailEvent({ email: 'reader77777@example.com', subject: 'After the outage' })])
    await live(page)
    await eventually(async () => (await subjects(page))[0]).toBe('After the outage')

    await page.goto(hub.url)
    await live(page)
    await eventually(async () => (await subjects(page))[0]).toBe('After the outage')
    await eventually(async () => {
      await page.locator('.scroller').press('End') // what is older comes page by page
      return (await subjects(page)).at(-1)
    }).toBe('Mail 0')
    await page.locator('.scroller').press('Home')
    await page.locator('.line', { hasText: 'After the outage' }).waitFor()
    expect(
      problems.filter(
        (problem) => !/ERR_(CONNECTION_(REFUSED|RESET)|EMPTY_RESPONSE)|WebSocket connection to/.test(problem),
      ),
    ).toEqual([])
  })
})
