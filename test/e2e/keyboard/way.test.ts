// The main way through the page without a pointer: every step is a key, from finding an event to signing out.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { choose, go, live, mailEvent } from '../../support/page/browser.ts'
import { eventually } from '../../support/eventually.ts'
import { holdSeconds } from '../../support/page/in-page.js'
import { isAt, press, reach, told } from '../../support/page/keyboard.ts'
import { startMailSink } from '../../support/servers/mail-sink.ts'
import { usePageLab } from '../../support/page/page-lab.ts'
import { peopleOf } from '../../support/page/people.ts'

const ANN = 'ann@example.org'
const lab = usePageLab(async (hub) => {
  const people = peopleOf(hub)
  await people.subscribe(ANN, 'Ann')
  await people.subscribe('angry@example.org')
  await people.suppress('angry@example.org', 'manual')
  await hub.post([mailEvent({ email: ANN, subject: 'The letter' }), mailEvent({ subject: 'Another' })])
})

test('an event is found, opened and closed', async () => {
  const { page, close } = await lab.open()
  await live(page)
  await page.keyboard.press('/')
  await page.keyboard.type('ann@example.org')
  await page.keyboard.press('Enter')
  await eventually(() => page.locator('.line').count()).toBe(1)
  await page.keyboard.press('Escape')
  await reach(page, await page.locator('.scroller').getAttribute('aria-label').then(String))
  await choose(page, 'j', 'The letter')
  await page.keyboard.press('Enter')
  await page.getByRole('complementary').getByRole('heading', { name: 'The letter' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('complementary').waitFor({ state: 'detached' })
  await close()
})

test('a campaign is written, tested, sent, and taken back in time', async () => {
  const { page, close } = await lab.open()
  await live(page)
  await go(page, 'c', 'Campaigns')
  await press(page, 'Write your first campaign')
  await page.getByRole('heading', { name: 'New campaign' }).waitFor()
  await reach(page, 'Subject')
  await page.keyboard.type('By keys alone')
  await reach(page, 'Body, in HTML')
  await page.keyboard.type('<p>Hello</p>')
  await page.getByText(/^saved at/).waitFor()
  await reach(page, 'A test mail to yourself')
  await page.keyboard.type('me@example.org')
  await page.keyboard.press('Enter')
  await page.getByRole('status').getByText('Written to the outbox, not sent: ').waitFor()
  await page.locator('h1').focus() // as who has just arrived
  await press(page, 'Send…')
  await page.getByRole('dialog').waitFor()
  await page.evaluate(holdSeconds) // those to undo do not go by
  await press(page, 'Send to …')
  await isAt(page, 'Undo')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' })
  await isAt(page, 'By keys alone')
  const { campaigns } = await peopleOf(lab.hub).call<{ campaigns: { status: string }[] }>('GET', '/campaigns')
  expect(campaigns.map(({ status }) => status)).toEqual(['draft'])
  await close()
})

test('a subscriber is found with a history, a file is imported, a suppression lifted; then out', async () => {
  const { page, close } = await lab.open()
  await live(page)
  await go(page, 'u', 'Subscribers')
  await page.keyboard.press('/')
  await page.keyboard.type('ann@')
  await eventually(() => page.locator('.line').count()).toBe(1)
  await reach(page, 'Subscribers, oldest first')
  await choose(page, 'j', ANN)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: ANN }).waitFor()
  await page.locator('.history li').first().waitFor()

  await go(page, 'u', 'Subscribers')
  await press(page, 'Import')
  await page.getByRole('heading', { name: 'Import', level: 1 }).waitFor()
  const chooser = page.waitForEvent('filechooser')
  await page.locator('input[type=file]').focus()
  await page.keyboard.press('Enter')
  const buffer = Buffer.from('email\nby-keys@example.net\n')
  await (await chooser).setFiles({ name: 'people.csv', mimeType: 'text/csv', buffer })
  await isAt(page, 'Checked people.csv')
  await press(page, 'Import 1 subscriber')
  await page.getByRole('heading', { name: 'Imported people.csv' }).waitFor()
  await isAt(page, ' Imported people.csv')

  await press(page, 'Suppressions')
  await page.locator('.line', { hasText: 'angry@example.org' }).waitFor()
  await choose(page, 'j', 'angry@example.org')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await press(page, 'Lift the suppression')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect((await peopleOf(lab.hub).call<{ count: number }>('GET', '/suppressions')).count).toBe(0)

  await press(page, 'Sign out')
  await page.getByLabel('API token').waitFor()
  await close()
})

describe('where some mailboxes are full', () => {
  let sink: Awaited<ReturnType<typeof startMailSink>>
  let isFull = true
  beforeAll(async () => {
    sink = await startMailSink({
      onRcptTo: ({ address }, _session, done) =>
        isFull && address.startsWith('full')
          ? done(Object.assign(new Error('5.2.2 over quota'), { responseCode: 552 }))
          : done(),
    })
  })
  afterAll(() => sink.close())
  const lab = usePageLab(
    (hub) => {
      isFull = true
      return peopleOf(hub).import('email\nann@example.org\nfull1@example.org\nfull2@example.org')
    },
    () => ({ SMTP_URL: sink.url }),
  )

  test('what failed is tried again, mail to somebody is stopped and allowed again; each is told, and one stays where one was', async () => {
    await peopleOf(lab.hub).campaign('Half of it')
    const { page, close } = await lab.open()
    await live(page)
    await go(page, 'c', 'Campaigns')
    await page.locator('.line', { hasText: 'Half of it' }).waitFor()
    await choose(page, 'j', 'Half of it')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Half of it' }).waitFor()
    isFull = false
    await press(page, 'Retry these 2…')
    await page.getByRole('dialog').waitFor()
    await press(page, 'Retry 2')
    await eventually(() => told(page)).toBe('Queued again')
    await page.getByRole('heading', { name: 'Failed' }).waitFor({ state: 'detached' })
    await isAt(page, 'Mails 3')

    await go(page, 'u', 'Subscribers')
    await page.locator('.line', { hasText: 'ann@example.org' }).waitFor()
    await choose(page, 'j', 'ann@example.org')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'ann@example.org' }).waitFor()
    for (const [verb, then, said] of [
      ['Suppress', 'Lift the suppression…', 'Suppressed'],
      ['Lift the suppression', 'Suppress…', 'Suppression lifted'],
    ] as const) {
      await press(page, `${verb}…`)
      await page.getByRole('dialog').waitFor()
      await press(page, verb)
      await eventually(() => told(page)).toBe(said)
      await isAt(page, then)
    }
    await close()
  })
})
