// Campaigns in the browser: written beside what a subscriber gets, sent after ten seconds to undo, watched, retried.
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  choose,
  TOKEN,
  tryAgain,
  withoutSetupFrames,
  type OpenPage,
  type RunningHub,
} from '../../support/page/browser.ts'
import { eventually } from '../../support/eventually.ts'
import { focusedText, isHatched, isSeen, isWhole, overflow } from '../../support/page/in-page.js'
import { startMailSink, type MailSink } from '../../support/servers/mail-sink.ts'
import { usePageLab, useProgramLab } from '../../support/page/page-lab.ts'
import { peopleOf } from '../../support/page/people.ts'

const PLACE = '/dashboard/campaigns'
const CONTENT = '<p>Hello {{name|friend}}</p><p><a href="https://garden.example/spring">Spring</a></p>'

type Told = { id: string; subject: string; status: string; started_at: string | null }
const api = (hub: RunningHub) => {
  const headers = { authorization: TOKEN, 'content-type': 'application/json' }
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(hub.url + path, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    })
    return (answer.status === 204 ? null : await answer.json()) as never
  }
  return {
    create: (body: object): Promise<Told> => call('POST', '/campaigns', { content: CONTENT, ...body }),
    one: (id: string): Promise<Told> => call('GET', `/campaigns/${id}`),
    all: async () => ((await call('GET', '/campaigns')) as { campaigns: Told[] }).campaigns,
    deliveries: async (id: string) =>
      ((await call('GET', `/campaigns/${id}/deliveries`)) as { deliveries: { id: string; email: string }[] })
        .deliveries,
  }
}

const click = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' }).click()
const answer = async (page: Page, name: string | RegExp) => {
  await page.getByRole('dialog').getByRole('button', { name, exact: true }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}
/** The seconds to undo go by. */
const wait = (page: Page) => page.clock.fastForward(11_000)

/** What Mandrill tells of a delivery. */
function news(campaign: string, delivery: { id: string; email: string }, event: string, more: object = {}) {
  const ts = Math.floor(Date.now() / 1000)
  const _id = `m-${campaign}-${delivery.id}`
  const metadata = { campaign_id: campaign, delivery_id: delivery.id }
  return {
    event,
    ts,
    _id,
    user_agent: 'Mozilla/5.0 (X11; rv:128.0) Firefox/128.0',
    ...more,
    msg: { ts, _id, email: delivery.email, metadata },
  }
}

describe.each(['embedded', 'shared'] as const)('on the %s stores', (kind) => {
  let sink: MailSink
  let isFull = true
  let opened: OpenPage | undefined

  beforeAll(async () => {
    sink = await startMailSink({
      onRcptTo({ address }, _session, done) {
        const refuse = (responseCode: number, text: string) =>
          done(Object.assign(new Error(text), { responseCode }))
        if (isFull && address.startsWith('nobody')) return refuse(550, `5.1.1 <${address}> no such user`)
        if (isFull && address.startsWith('full')) return refuse(552, `5.2.2 <${address}> over quota`)
        done()
      },
    })
  })
  afterAll(() => sink?.close())
  const fill = async (hub: RunningHub) => {
    isFull = true
    sink.mails.splice(0)
    const people = peopleOf(hub)
    const rows = Array.from({ length: 40 }, (_, n) => `reader${n}@example.com,Reader ${n}`)
    await people.import(`email,name\n${rows.join('\n')}`)
    await people.subscribe('angry@example.org', 'Angry')
    await people.suppress('angry@example.org', 'complaint')
  }
  const lab = usePageLab(fill, () => ({ SMTP_URL: sink.url }), kind)
  afterEach(() => {
    const problems = opened?.problems.filter((problem) => !/40[049]|Blocked script execution/.test(problem))
    opened = undefined
    expect(problems ?? []).toEqual([])
  })

  const open = async (path = '', before?: (page: Page) => Promise<unknown>) => {
    opened = await lab.open({
      path: PLACE + path,
      acceptDownloads: true,
      async before(page) {
        await page.clock.install()
        await before?.(page)
      },
    })
    return opened.page
  }

  test('a campaign is written, seen, tried, sent after ten seconds, watched; what failed is tried again', async () => {
    await peopleOf(lab.hub).import('email\nnobody1@example.com\nfull1@example.com\nfull2@example.com')
    const page = await open()
    await page
      .getByRole('link', { name: /New campaign|Write your first campaign/ })
      .first()
      .click()
    await page.getByLabel('Subject').fill('Spring is here, {{name|friend}}')
    // Nothing can be done with what is not saved yet.
    expect(await page.locator('.verbs button').count()).toBe(0)
    await page.getByLabel('Body, in HTML').fill('<p>Hello {{nam}}</p>')
    await page.getByText(/\{\{nam\}\}/).waitFor()
    expect(await api(lab.hub).all()).not.toContainEqual(
      expect.objectContaining({ subject: 'Spring is here, {{name|friend}}' }),
    )
    await page.getByLabel('Body, in HTML').fill(CONTENT)
    await page.getByText(/^saved at/).waitFor()
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    expect(await api(lab.hub).one(id)).toMatchObject({ status: 'draft', content: CONTENT })

    const mail = page.frameLocator('iframe.preview')
    await mail.getByText('Hello Reader').waitFor()
    await page.getByLabel('As seen by').fill('reader7@example.com')
    await mail.getByText('Hello Reader 7').waitFor()
    await click(page, 'Text')
    await page.getByLabel('The mail as text').getByText('Hello Reader 7').waitFor()
    await page.getByLabel('A test mail to yourself').fill('me@example.com')
    await click(page, 'Send a test')
    await page.getByText('Sent to me@example.com').waitFor()
    expect(sink.mails.filter(({ to }) => to[0] === 'me@example.com')).toHaveLength(1)

    await click(page, 'Send…')
    await page.getByRole('dialog').getByText('43 people get it; 1 on the list is skipped:').waitFor()
    await page.getByRole('dialog').getByText('suppressed: complaint').waitFor()
    await answer(page, 'Send to 43')
    await click(page, 'Undo')
    await wait(page)
    expect(await api(lab.hub).one(id)).toMatchObject({ status: 'draft', started_at: null })

    await click(page, 'Send…')
    await answer(page, 'Send to 43')
    expect(await api(lab.hub).one(id)).toMatchObject({ status: 'draft' })
    await page.getByRole('link', { name: 'Set-up' }).click()
    await wait(page)
    await eventually(async () => (await api(lab.hub).one(id)).status).toBe('finished')
    await page.goBack()
    await page.getByText('Finished').waitFor()
    await page.getByText('Awaiting news').waitFor()

    const all = await api(lab.hub).deliveries(id)
    // Not of those that another test looks for.
    const [one, two] = all.filter(({ email }) => email.startsWith('reader2')) as [
      (typeof all)[0],
      (typeof all)[0],
    ]
    await lab.hub.post([
      news(id, one, 'click', { url: 'https://garden.example/spring' }),
      news(id, two, 'open', { user_agent: 'Mozilla/5.0' }),
      news(id, two, 'spam'),
    ])
    const funnel = (word: string) => page.locator('.funnel li', { hasText: word }).first()
    await eventually(() => funnel('Opened').innerText()).toMatch(/1\s+2\.5\s%[\s\S]*and 1 robot/)
    expect(await funnel('Opened').locator('.robot').evaluate(isHatched)).toBe(true)
    await eventually(() => funnel('Complained').innerText()).toMatch(/1\s+2\.5\s%/)
    await page.clock.fastForward(4000)
    await eventually(() =>
      page.locator('.links li', { hasText: 'garden.example/spring' }).innerText(),
    ).toContain('1 person')

    await page.getByText('550 5.1.1: no such mailbox').waitFor()
    expect(await page.locator('.failures li', { hasText: '5.1.1' }).getByRole('button').count()).toBe(0)
    // Of one group that may be tried again there is no "all" beside it.
    expect(await page.getByRole('button', { name: 'Retry all failed mails…' }).count()).toBe(0)
    await click(page, 'Retry these 2…')
    await page.getByRole('dialog').getByText('Retry 2 mails?').waitFor()
    await click(page, 'Cancel')
    isFull = false
    await click(page, 'Retry these 2…')
    await answer(page, 'Retry 2')
    await page.clock.fastForward(4000)
    await eventually(() => page.locator('.failures').innerText()).not.toContain('5.2.2')
    await eventually(() => sink.mails.filter(({ to }) => to[0]?.startsWith('full')).length).toBe(2)
  })

  test('deliveries are filtered by the address, saved as CSV, and lead to the subscriber', async () => {
    const { id } = await api(lab.hub).create({ subject: 'Deliveries', start: true })
    await eventually(async () => (await api(lab.hub).one(id)).status).toBe('finished')
    const first = (await api(lab.hub).deliveries(id)).find(({ email }) => email === 'reader3@example.com')
    if (first) await lab.hub.post([news(id, first, 'open')])
    const page = await open(`/${id}`)
    await page.getByRole('link', { name: 'Opened' }).click()
    const emails = () => page.locator('.deliveries .line .email').allInnerTexts()
    await eventually(emails).toEqual(['reader3@example.com'])
    expect(new URL(page.url()).search).toBe('?people=opened')
    await page.goBack()
    await page.getByRole('heading', { name: 'People' }).waitFor()
    await page.goForward()
    await eventually(emails).toEqual(['reader3@example.com'])
    expect(await page.getByRole('button', { name: 'Cancelled' }).evaluate(isSeen)).toBe(true)
    await click(page, 'Opened')
    await eventually(async () => (await emails()).length).toBeGreaterThan(1)
    await page.keyboard.press('/')
    // One types on while the first letters are asked for, and chooses a filter before the last ones are.
    const asked = () => new URL(page.url()).search
    await page.clock.pauseAt(Date.now() + 60_000)
    await page.keyboard.type('reader')
    await eventually(async () => (await page.clock.runFor(1), asked())).toBe('?q=reader')
    await page.keyboard.type('1')
    await click(page, 'Sent')
    await eventually(asked).toBe('?status=sent&q=reader')
    await page.clock.resume()
    await eventually(asked).toBe('?status=sent&q=reader1')
    await eventually(async () => (await emails()).length).toBe(11)
    const saved = page.waitForEvent('download')
    await click(page, 'Export CSV')
    const csv = await readFile((await (await saved).path()) ?? '', 'utf8')
    expect(csv.trim().split('\r\n')).toHaveLength(12)
    await page.locator('.deliveries .line', { hasText: 'reader1@example.com' }).click()
    await page.waitForURL('**/dashboard/subscribers/*')
    await page.getByText('reader1@example.com').first().waitFor()
  })

  test('pausing, resuming, cancelling, copying, scheduling and deleting are each a word away', async () => {
    const { id } = await api(lab.hub).create({ subject: 'Planned' })
    const page = await open(`/${id}`)
    await click(page, 'Schedule…')
    await page.getByLabel('Date and time').fill('2099-05-04T10:00')
    await click(page, 'Schedule')
    await page.getByRole('dialog').getByText('must be within five years').waitFor()
    const soon = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 16)
    await page.getByLabel('Date and time').fill(soon)
    await answer(page, 'Schedule')
    await page.getByText('Scheduled').first().waitFor()
    await click(page, 'Unschedule')
    await page.getByText('Draft').first().waitFor()
    await click(page, 'Duplicate')
    await eventually(() => page.url()).not.toContain(id)
    await page.getByLabel('Subject').waitFor()
    await click(page, 'Delete…')
    await answer(page, 'Delete the draft')
    await page.getByRole('heading', { name: 'Campaigns' }).waitFor()
    expect((await api(lab.hub).all()).filter(({ subject }) => subject === 'Planned')).toHaveLength(1)
  })
})

describe('on a hub of its own', () => {
  const lab = useProgramLab((hub) => peopleOf(hub).import('email,name\nann@example.com,Ann'))
  const open = async (path: string, before?: (page: Page) => Promise<unknown>) =>
    (await lab.open({ path: PLACE + path, ...(before && { before }) })).page

  test('a tab that is closed within the ten seconds has sent nothing', async () => {
    const { id } = await api(lab.hub).create({ subject: 'Not yet' })
    const page = await open(`/${id}`)
    await click(page, 'Send…')
    await answer(page, /^Send to \d$/)
    await page.getByRole('button', { name: 'Undo' }).waitFor()
    await page.close()
    const after = await open(`/${id}`)
    await after.getByLabel('Subject').waitFor()
    expect(await api(lab.hub).one(id)).toMatchObject({ status: 'draft', started_at: null })
  })

  test('what was sent is seen from the top; in files it reached nobody, and nothing is known of people', async () => {
    const { id } = await api(lab.hub).create({ subject: 'To files' })
    const page = await open(`/${id}`, async (page) => {
      await page.setViewportSize({ width: 390, height: 400 })
      await page.clock.install()
    })
    const scrolled = () => page.locator('main').evaluate(({ scrollTop }) => scrollTop)
    await click(page, 'Send…')
    await answer(page, /^Send to \d$/)
    await page.getByLabel('A test mail to yourself').scrollIntoViewIfNeeded()
    expect(await scrolled()).toBeGreaterThan(100)
    await wait(page)
    await page.getByText('nothing to report about people').waitFor()
    await eventually(scrolled).toBe(0)
    expect(await page.getByText('Check the webhook in Set-up').count()).toBe(0)
    await page.getByRole('link', { name: 'Deliveries' }).click()
    await page.getByText('written to a file').first().waitFor()
    const facts = page.getByRole('group', { name: 'What people did' }).getByRole('button')
    expect(await facts.allInnerTexts()).toEqual(['Unsubscribed'])
    const linked = await open(`/${id}/deliveries?people=opened`)
    await linked.getByText('Not known: no webhook has reported on anybody').waitFor()
  })

  test('what cannot be saved says so, stays, and is saved when the hub is there again', async () => {
    const { id } = await api(lab.hub).create({ subject: 'Kept' })
    const page = await open(`/${id}`, async (page) => {
      await page.route(`**/campaigns/${id}`, (route) =>
        route.request().method() === 'PATCH' ? route.abort() : route.continue(),
      )
    })
    await page.getByLabel('Subject').fill('Kept, too')
    await page
      .getByText('Not saved, the last changes are only in this tab: The hub cannot be reached')
      .waitFor()
    await page.unroute(`**/campaigns/${id}`)
    await tryAgain(page)
    await page.getByText(/^saved at/).waitFor()
    expect(await api(lab.hub).one(id)).toMatchObject({ subject: 'Kept, too' })
  })

  test('a draft that is again what the hub has is saved, unless the hub may have taken what came between', async () => {
    const { id } = await api(lab.hub).create({ subject: 'As it was' })
    let answers = true
    const page = await open(`/${id}`, async (page) => {
      await page.route(`**/campaigns/${id}`, async (route) => {
        if (answers || route.request().method() !== 'PATCH') return route.continue()
        await route.fetch()
        await route.abort()
      })
    })
    const subject = page.getByLabel('Subject')
    await subject.fill('Hello {{nobody}}')
    await page.getByText('Not saved, the last changes are only in this tab: see below').waitFor()
    await subject.fill('As it was')
    await page.locator('.standing', { hasText: /saved$/ }).waitFor()
    await subject.fill('')
    await page.getByText('not saved yet: add a subject and a body').waitFor()
    answers = false
    await subject.fill('Taken without an answer')
    await page.getByText(/: The hub cannot be reached/).waitFor()
    answers = true
    await subject.fill('As it was')
    await page.getByText(/^saved at/).waitFor()
    expect(await api(lab.hub).one(id)).toMatchObject({ subject: 'As it was' })
  })

  test('reasons and links that cannot be had say why, and take nothing else with them', async () => {
    const { id } = await api(lab.hub).create({ subject: 'Half', start: true })
    const page = await open(`/${id}`, (page) =>
      page.route('**/links', (route) =>
        route.fulfill({
          status: 500,
          json: { error: { code: 'server.internal', message: 'Something went wrong' } },
        }),
      ),
    )
    await page.getByText('Could not load the links: Something went wrong').waitFor()
    await page.getByRole('heading', { name: 'People' }).waitFor()
    await page.unroute('**/links')
    await tryAgain(page)
    await page.getByText('garden.example/spring').waitFor()
  })

  test('the keyboard alone leads from the list to a campaign, its deliveries and a subscriber, on a small screen too', async () => {
    const { id } = await api(lab.hub).create({ subject: 'By keys', start: true })
    await eventually(async () => (await api(lab.hub).one(id)).status).toBe('finished')
    const page = await open('', (page) => page.setViewportSize({ width: 320, height: 256 }))
    await page.locator('.campaigns .line').first().waitFor()
    await choose(page, 'j', 'By keys') // the newest
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'By keys' }).waitFor()
    await eventually(() => page.evaluate(focusedText)).toBe('By keys')
    await page.getByRole('link', { name: 'Deliveries' }).focus()
    await page.keyboard.press('Enter')
    await page.locator('.deliveries .line', { hasText: 'ann@example.com' }).waitFor()
    await page.locator('.deliveries .scroller').focus()
    await page.keyboard.press('j')
    await page.locator('.deliveries .line[aria-selected=true]').waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/dashboard/subscribers/*')
    await page.goBack()
    await page.waitForURL(`**/${id}/deliveries`)
  })

  test('a campaign that is not there is said to be none', async () => {
    const page = await open('/01900000-0000-7000-8000-00000000dead')
    await page.getByRole('heading', { name: 'There is no such campaign' }).waitFor()
  })

  test('the longest subject leaves room in the question for who gets the mail', async () => {
    await peopleOf(lab.hub).import('email\none@example.com')
    const { id } = await api(lab.hub).create({ subject: 'Garden '.repeat(60).trim() })
    const page = await open(`/${id}`)
    await page.setViewportSize({ width: 320, height: 480 })
    await click(page, 'Send…')
    const who = page.getByRole('dialog').getByText(/gets? it/)
    await eventually(() => who.evaluate(isSeen)).toBe(true)
    await page.keyboard.press('Escape')
  })

  test('strangers’ words are words, in every field', async () => {
    const hostile = '<img src=x onerror=alert(1)>\u202eexe.gpj'
    const { id } = await api(lab.hub).create({
      subject: hostile,
      tag: `<b>${'tag'.repeat(15)}`,
      content: `<p>${hostile}</p><script>alert(1)</script>`,
      preheader: hostile,
    })
    await peopleOf(lab.hub).import(`email,name\n"<b>@example.com","${hostile}"\nok@example.com,"${hostile}"`)
    const page = await open(`/${id}`)
    await page.frameLocator('iframe.preview').locator('img').waitFor({ state: 'attached' })
    expect(await page.locator('main img, main b, main script').count()).toBe(0)
    await click(page, 'Send…')
    await page.getByRole('dialog').getByText('⟨202e⟩').waitFor()
    await page.keyboard.press('Escape')
    await fetch(`${lab.hub.url}/campaigns/${id}/start`, { method: 'POST', headers: { authorization: TOKEN } })
    await page.getByRole('link', { name: 'Deliveries' }).click()
    await page.locator('.deliveries .line', { hasText: 'ok@example.com' }).waitFor()
    await page.setViewportSize({ width: 320, height: 800 })
    expect(await page.evaluate(overflow)).toBe(0)
    await page.locator('.back a').click()
    await page.locator('.campaigns .line', { hasText: '⟨202e⟩' }).waitFor()
    expect(await page.locator('main img, main b, main script').count()).toBe(0)
  })

  test('a hub that is killed: the numbers say since when; it is back, and they move again', async () => {
    const { id } = await api(lab.hub).create({ subject: 'Outlives', start: true })
    const page = await open(`/${id}`)
    await page.getByRole('heading', { name: 'People' }).waitFor()
    await lab.hub.kill()
    await page.getByText(/As of .*: there is no connection to the hub/).waitFor()
    await lab.hub.start()
    await page.getByText(/there is no connection to the hub/).waitFor({ state: 'detached' })
    await page.getByText('Finished').waitFor()
  })

  test('a hub that is frozen keeps its socket: the numbers say since when, and a screen reader hears it', async () => {
    const { id } = await api(lab.hub).create({ subject: 'Frozen', start: true })
    const page = await open(`/${id}`, withoutSetupFrames)
    await page.getByText('Finished').waitFor()
    await page.route('**/api/**', (route) => route.abort())
    await page.getByText(/As of .*: the hub does not answer/).waitFor()
    await page.locator('.unseen[role=status]', { hasText: 'The hub does not answer' }).waitFor()
    await page.unroute('**/api/**')
    await page.getByText(/: the hub does not answer/).waitFor({ state: 'detached' })
    await page.locator('.unseen[role=status]', { hasText: /^Live$/ }).waitFor()
  })
})

describe('while mails wait for their turn', () => {
  const lane = { name: 'default', domains: [], connections: 1, per_second: 1 }
  const lab = usePageLab(
    (hub) => {
      const rows = Array.from({ length: 500 }, (_, n) => `reader${n}@example.com,Reader`)
      return peopleOf(hub).import(`email,name\n${rows.join('\n')}`)
    },
    () => ({ MAIL_LANES: JSON.stringify([lane]) }),
  )

  test('a campaign is paused, resumed and cancelled, which says who will not get it', async () => {
    const { id } = await api(lab.hub).create({ subject: 'Slow', start: true })
    const { page } = await lab.open({ path: `${PLACE}/${id}` })
    await click(page, 'Pause')
    await page.locator('.standing', { hasText: 'Paused' }).waitFor()
    const strip = page.locator('.strip .running')
    for (const [width, words] of Object.entries({
      1280: 'Paused: Slow',
      1024: 'Paused',
      390: 'Paused',
      320: 'Paused',
    })) {
      await page.setViewportSize({ width: Number(width), height: 800 })
      await eventually(async () => [await strip.innerText(), await strip.evaluate(isWhole)]).toEqual([
        words,
        true,
      ])
    }
    await page.setViewportSize({ width: 1280, height: 800 })
    await click(page, 'Cancel…')
    await answer(page, 'Keep it paused')
    await click(page, 'Resume')
    await page.locator('.standing', { hasText: 'Running' }).waitFor()
    await page.locator('.mails', { hasText: 'queued' }).waitFor()
    await click(page, 'Cancel…')
    await page
      .getByRole('dialog')
      .getByText(/\d+ people who have not received it yet will not receive it\. Mails already sent/)
      .waitFor()
    await answer(page, 'Keep sending')
    await click(page, 'Cancel…')
    await answer(page, 'Cancel the rest')
    await page.locator('.standing', { hasText: 'Cancelled' }).waitFor()
    expect((await api(lab.hub).one(id)).status).toBe('cancelled')
  })
})
