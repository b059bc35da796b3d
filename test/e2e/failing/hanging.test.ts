// A hub that never answers a request, or answers what is none: each view says so in words, where that is, and recovers.
import type { Route } from 'playwright-core'
import { expect, test } from 'vitest'
import { tryAgain, withoutSetupFrames } from '../../support/page/browser.ts'
import { eventually } from '../../support/eventually.ts'
import { usePageLab } from '../../support/page/page-lab.ts'
import { peopleOf } from '../../support/page/people.ts'

const ANN = 'ann@example.org'
const ids = { draft: '', sent: '' }
const lab = usePageLab(async (hub) => {
  const people = peopleOf(hub)
  await people.subscribe(ANN)
  const made = { subject: 'News', content: '<p>News</p>' }
  ids.sent = (await people.call<{ id: string }>('POST', '/campaigns', { ...made, start: true })).id
  ids.draft = (await people.call<{ id: string }>('POST', '/campaigns', made)).id
})

type Held = readonly [path: string, held: RegExp, what: string]
const VIEWS: readonly (() => Held)[] = [
  () => ['/dashboard/campaigns', /\/campaigns\?/, 'the campaigns'],
  () => [`/dashboard/campaigns/${ids.draft}`, new RegExp(`/campaigns/${ids.draft}$`), 'the campaign'],
  () => [`/dashboard/campaigns/${ids.sent}`, /\/links/, 'the links'],
  () => [`/dashboard/campaigns/${ids.sent}/deliveries`, /\/deliveries\?/, 'the deliveries'],
  () => [`/dashboard/campaigns/${ids.draft}`, /\/preview/, 'the preview'],
  () => ['/dashboard/subscribers', /\/subscribe\?/, 'the subscribers'],
  () => [`/dashboard/subscribers/${ANN}`, /\/subscribe\/[^/]+$/, 'this subscriber'],
  () => ['/dashboard/subscribers/suppressions', /\/suppressions\?/, 'the suppressions'],
  () => ['/dashboard/setup', /\/api\/setup/, 'the set-up'],
]

const WAYS: readonly (readonly [answer: (route: Route) => Promise<void>, words: string])[] = [
  [(route) => fail(route, 503), 'The hub says 503'],
  [
    (route) => route.fulfill({ contentType: 'text/html', body: '<h1>Proxy</h1>' }),
    'The answer did not come from the hub',
  ],
  [(route) => route.abort(), 'The hub cannot be reached'],
  [(route) => route.fulfill({ json: null }), 'The answer did not come from the hub'],
  [(route) => fail(route, 500), 'The hub says 500'],
  [(route) => route.fulfill({ body: '{"events":[{"cur' }), 'The answer did not come from the hub'],
  [(route) => fail(route, 400), 'The hub says 400'],
  [(route) => route.fulfill({ json: {} }), 'The answer could not be read'],
  [(route) => route.fulfill({ json: [] }), 'The answer could not be read'],
]

const fail = (route: Route, status: number) =>
  route.fulfill({ status, json: { error: { code: 'test', message: `The hub says ${status}` } } })

test.each(VIEWS.map((view, index) => [index, view] as const))(
  'each view that is answered wrongly: %i',
  async (_, view) => {
    const [path, asked, what] = view()
    let [answer] = WAYS[0] ?? []
    const { page, problems } = await lab.open({
      path,
      before: async (page) => {
        await withoutSetupFrames(page)
        await page.route(asked, (route) =>
          route.request().isNavigationRequest() || !answer ? route.continue() : answer(route),
        )
      },
    })
    const alert = page.getByRole('alert').filter({ hasText: `Could not load ${what}: ` })
    for (const [next, words] of WAYS) {
      answer = next
      await tryAgain(alert)
      await alert.getByText(words).waitFor()
      await alert.getByRole('button', { name: 'Try again' }).waitFor()
      // A campaign that ends meanwhile has its links asked for anew.
      await eventually(() => page.getByRole('alert').count()).toBe(1)
    }
    answer = undefined
    await tryAgain(alert)
    await eventually(() => page.getByText(/Could not load|Loading/).count()).toBe(0)
    expect(problems.filter((one) => !/Failed to load resource|Blocked script|TypeError/.test(one))).toEqual(
      [],
    )
  },
)

test('a section of a campaign that cannot be shown says so, and takes no other with it', async () => {
  const { page } = await lab.open({
    path: `/dashboard/campaigns/${ids.sent}`,
    before: async (page) => {
      await page.routeWebSocket(/\/ws\/email/, (socket) => {
        const server = socket.connectToServer()
        server.onMessage((text) => String(text).startsWith('{"type":"campaign"') || socket.send(text))
      })
      await page.route(new RegExp(`/campaigns/${ids.sent}$`), async (route) => {
        if (route.request().isNavigationRequest()) return route.continue()
        const answer = await route.fetch()
        await route.fulfill({ json: { ...(await answer.json()), status: 'running', lanes: null } })
      })
    },
  })
  const failed = page.getByRole('alert').filter({ hasText: 'The list of lanes has failed' })
  await failed.getByText('The answer could not be read').waitFor()
  await failed.getByRole('button', { name: 'Try again' }).waitFor()
  for (const name of [/^Mails/, 'People', 'Links'])
    await page.getByRole('heading', { name, level: 2 }).waitFor()
  expect(await page.getByRole('alert').count()).toBe(1)
})

// Some at once: each takes the 15 seconds after which a request is given up, and has to be there within them.
const AT_ONCE = 3
test('each view that is not answered', async () => {
  const one = async ([path, held, what]: Held) => {
    const { page, close } = await lab.open({
      path,
      before: async (page) => {
        await withoutSetupFrames(page)
        await page.route(held, (route) =>
          route.request().isNavigationRequest() ? route.continue() : undefined,
        )
      },
    })
    const failed = page
      .getByRole('alert')
      .filter({ hasText: `Could not load ${what}: The hub does not answer` })
    await failed.waitFor()
    await page.unrouteAll()
    await tryAgain(failed)
    await eventually(() => failed.count()).toBe(0)
    await close()
  }
  const broken: string[] = []
  for (let at = 0; at < VIEWS.length; at += AT_ONCE) {
    const results = await Promise.allSettled(VIEWS.slice(at, at + AT_ONCE).map((view) => one(view())))
    broken.push(...results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : [])))
  }
  expect(broken).toEqual([])
})
