// Live without its archive: what comes now is shown at once, what came before is said to be missing, and joins when it can be read.
import { describe, expect, test } from 'vitest'
import { live, mailEvent, mailEvents, subjects, tryAgain } from '../../support/page/browser.ts'
import { eventually } from '../../support/eventually.ts'
import { useProgramLab } from '../../support/page/page-lab.ts'

describe.each(['embedded', 'shared'] as const)('on the %s stores', (kind) => {
  const lab = useProgramLab(undefined, undefined, kind)

  test('a database that is away keeps nobody from what happens now', async () => {
    await lab.hub.post(mailEvents(3, (index) => ({ subject: `Before ${index}` })))
    const mend = await lab.breakArchive()
    await lab.hub.post([mailEvent({ subject: 'Not in the archive yet' })])
    const { page } = await lab.open()
    await live(page)
    await lab.hub.post([mailEvent({ subject: 'Now' })])
    await eventually(() => subjects(page)).toEqual(['Now'])
    const said = page.getByRole('alert').filter({ hasText: 'Older ones cannot be loaded right now: ' })
    await said.getByRole('button', { name: 'Try again' }).waitFor()
    expect(await page.getByText('No event').count()).toBe(0)

    await page.getByRole('button', { name: 'Opened', exact: true }).click()
    await eventually(() => subjects(page)).toEqual([])
    await lab.hub.post([mailEvent({ subject: 'Sent' }), mailEvent({ event: 'open', subject: 'Opened' })])
    await eventually(() => subjects(page)).toEqual(['Opened'])
    await page.getByRole('button', { name: 'Opened', exact: true }).click()
    await eventually(() => subjects(page)).toEqual([])
    await lab.hub.post([mailEvent({ subject: 'At last' })])
    await eventually(() => subjects(page)).toEqual(['At last'])

    await mend()
    const all = [
      'At last',
      'Opened',
      'Sent',
      'Now',
      'Not in the archive yet',
      'Before 2',
      'Before 1',
      'Before 0',
    ]
    await eventually(async () => {
      await tryAgain(said)
      return subjects(page)
    }).toEqual(all)
    await said.waitFor({ state: 'detached' })
    await lab.hub.post([mailEvent({ subject: 'As ever' })])
    await eventually(() => subjects(page)).toEqual(['As ever', ...all])
  })
})
