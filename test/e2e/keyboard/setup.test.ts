// What goes wrong is mended without a pointer, too: in set-up, before a campaign goes out, and while it does.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { go, live, mailEvent } from '../../support/page/browser.ts'
import { eventually } from '../../support/eventually.ts'
import { focusedNames, focusedText } from '../../support/page/in-page.js'
import { isAt, press, reach, told } from '../../support/page/keyboard.ts'
import { startMailSink, type MailSink } from '../../support/servers/mail-sink.ts'
import { usePageLab } from '../../support/page/page-lab.ts'
import { peopleOf } from '../../support/page/people.ts'

describe('set-up', () => {
  const lab = usePageLab(async (hub) => {
    for (let batch = 0; batch < 3; batch += 1)
      await hub.post(JSON.stringify(Array.from({ length: 50 }, (_, index) => `none ${batch} ${index}`)))
  })

  test('the URL is copied, quarantine looked at, read on, tried again and discarded, Mandrill asked', async () => {
    const { page, close } = await lab.open()
    await live(page)
    await go(page, 's', 'Set-up')
    await press(page, 'Copy the URL')
    await isAt(page, 'Copied')
    const entries = page.locator('.entries details')
    await eventually(() => entries.count()).toBe(100)

    await entries.first().locator('summary').focus()
    await page.keyboard.press('Enter')
    await reach(page, 'What came')
    await press(page, 'Retry')
    await page.getByRole('alert').getByText('This entry still cannot be read as an event').waitFor()
    await isAt(page, 'Retry')
    await press(page, 'Show older')
    await eventually(() => entries.count()).toBe(150)
    await isAt(page, 'Quarantine')
    await press(page, 'Discard')
    await page.getByRole('dialog').waitFor()
    await press(page, 'Cancel')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await page.evaluate(focusedText)).toContain('Discard')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await press(page, 'Discard')
    await eventually(() => told(page)).toBe('Discarded')
    await page.getByRole('heading', { name: 'Quarantine' }).waitFor({ state: 'detached' })
    await isAt(page, 'Set-up')
    await press(page, 'Ask Mandrill')
    await page.getByRole('alert').getByText('MANDRILL_API_KEY').waitFor()
    await isAt(page, 'Ask Mandrill')
    await close()
  })
})

describe('a mail server that wants less', () => {
  let sink: MailSink
  let isBusy = true
  beforeAll(async () => {
    sink = await startMailSink({
      onRcptTo: ({ address }, _session, done) =>
        isBusy && address.endsWith('@gmail.com')
          ? done(Object.assign(new Error('4.7.28 unusual rate'), { responseCode: 421 }))
          : done(),
    })
  })
  afterAll(() => sink.close())
  const lab = usePageLab(
    async (hub) => {
      isBusy = true
      const rows = Array.from({ length: 200 }, (_, n) => `reader${n}@gmail.com`)
      await peopleOf(hub).import(`email\n${rows.join('\n')}`)
    },
    () => ({ SMTP_URL: sink.url }),
  )

  test('a lane that was slowed is resumed', async () => {
    const campaign = { subject: 'News', content: '<p>News</p>', start: true }
    const { id } = await peopleOf(lab.hub).call<{ id: string }>('POST', '/campaigns', campaign)
    const { page, close } = await lab.open({ path: `/dashboard/campaigns/${id}` })
    await live(page)
    await reach(page, 'Full pace now')
    isBusy = false
    await page.keyboard.press('Enter')
    await eventually(() => told(page)).toBe('At full pace again')
    await page.getByText('Google at full pace').waitFor()
    await isAt(page, 'Lanes')
    await close()
  })
})

describe('one over the other', () => {
  const lab = usePageLab((hub) => hub.post([mailEvent({ email: 'ann@example.org', subject: 'The letter' })]))

  test('Esc closes the uppermost alone, and an open dialog has all keys', async () => {
    const { page, close } = await lab.open()
    await live(page)
    await page.getByText('The letter').waitFor()
    await page.keyboard.press('j')
    await page.locator('.line[aria-selected=true]').waitFor()
    await page.keyboard.press('Enter')
    const inspector = page.getByRole('complementary')
    await inspector.getByRole('heading', { name: 'The letter' }).waitFor()
    await page.keyboard.press('?')
    const help = page.getByRole('dialog')
    await help.waitFor()
    for (const key of ['g', 's', 'p', '/', 'j']) await page.keyboard.press(key)
    expect(await page.getByRole('heading', { level: 1 }).allTextContents()).toEqual(['Live events'])
    await page.keyboard.press('Escape')
    await help.waitFor({ state: 'detached' })
    await isAt(page, 'The letter')
    await page.keyboard.press('/')
    await page.keyboard.type('ann')
    const suggestions = page.getByRole('listbox', { name: 'Suggestions' })
    await suggestions.waitFor()
    await page.keyboard.press('Escape')
    await suggestions.waitFor({ state: 'detached' })
    expect(await page.getByRole('combobox').inputValue()).toBe('ann')
    await page.keyboard.press('Escape')
    await eventually(() => page.getByRole('combobox').inputValue()).toBe('')
    expect(await inspector.count()).toBe(1)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await inspector.waitFor({ state: 'detached' })
    await eventually(() => page.evaluate(focusedNames)).toContain('Events, newest first')
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(1)
    await close()
  })
})
