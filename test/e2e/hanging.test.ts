// A hub that takes a request and never answers it: each view waits with a word, gives up in time, says why, and can be told to ask again.
import { expect, test } from 'vitest'
import { tryAgain, withoutSetupFrames } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { usePageLab } from '../support/page-lab.ts'
import { peopleOf } from '../support/people.ts'

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

// All at once: each takes the 15 seconds after which a request is given up.
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
    return what
  }
  const results = await Promise.allSettled(VIEWS.map((view) => one(view())))
  const broken = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []))
  expect(broken).toEqual([])
})
