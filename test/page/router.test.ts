// Where one is in the page, by its address.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPlaces, createRouter } from '../../public/page/ground/router.js'

const load = async () => ({})
const ROUTES = [
  { path: '/', name: 'live', load },
  { path: '/dashboard/subscribers', name: 'subscribers', load },
  { path: '/dashboard/subscribers/import', name: 'import', load },
  { path: '/dashboard/subscribers/:id', name: 'subscriber', load },
  { path: '/dashboard/campaigns/:id/deliveries', name: 'campaign', load },
]

const history = { state: { step: 'here' }, pushState: vi.fn(), replaceState: vi.fn() }
const listening = new Map<string, () => void>()
beforeEach(() => {
  vi.stubGlobal('history', history)
  vi.stubGlobal('document', { addEventListener: () => {} })
  vi.stubGlobal('addEventListener', (name: string, listener: () => void) => listening.set(name, listener))
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.clearAllMocks()
})

function at(address: string) {
  const { pathname, search } = new URL(address, 'http://hub.example')
  vi.stubGlobal('location', { pathname, search })
}
function placeAt(address: string) {
  at(address)
  const { route, params, path, search } = createRouter(ROUTES).store.get()
  return { name: route?.name, params, path, search }
}

test.each([
  ['/', 'live', {}],
  ['/dashboard/subscribers', 'subscribers', {}],
  ['/dashboard/subscribers/', 'subscribers', {}],
  ['/dashboard/subscribers/import', 'import', {}],
  ['/dashboard/subscribers/ada%40x.io', 'subscriber', { id: 'ada@x.io' }],
  ['/dashboard/subscribers/100%', 'subscriber', { id: '100%' }],
  ['/dashboard/subscribers/a/b', undefined, {}],
  ['/dashboard/nothing', undefined, {}],
  ['/dashboard/campaigns//deliveries', undefined, {}],
])('%s is %s', (address, name, params) => {
  expect(placeAt(address)).toMatchObject({ name, params })
})

test('the query is part of the place', () => {
  expect(placeAt('/dashboard/subscribers/?q=ada')).toMatchObject({
    path: '/dashboard/subscribers',
    search: '?q=ada',
  })
})

test('another address is a step of the history, or takes its place; the same one is none', () => {
  at('/')
  const { go } = createRouter(ROUTES)
  go('/')
  expect(history.pushState).not.toHaveBeenCalled()
  go('/?q=a')
  expect(history.pushState).toHaveBeenCalledExactlyOnceWith({ step: expect.any(String) }, '', '/?q=a')
  go('/?q=ab', { replace: true })
  expect(history.replaceState).toHaveBeenCalledExactlyOnceWith({ step: 'here' }, '', '/?q=ab')
  expect(history.pushState).toHaveBeenCalledOnce()
})

test('a step back leads to where one was', () => {
  at('/')
  const { store } = createRouter(ROUTES)
  at('/dashboard/subscribers')
  listening.get('popstate')?.()
  expect(store.get().route?.name).toBe('subscribers')
})

test('of each step of the way its place is known, unless that is long ago', () => {
  const places = createPlaces<number>()
  const goTo = (step: number) => {
    vi.stubGlobal('history', { state: { step: `step ${step}` } })
    return places.here()
  }
  const leave = (step: number, place: number) => {
    goTo(step)
    places.leave(place)
  }
  for (let step = 0; step < 100; step += 1) leave(step, step)
  expect([goTo(0), goTo(99), goTo(100)]).toEqual([0, 99, undefined])
  leave(0, 7)
  leave(100, 100)
  expect([goTo(0), goTo(1), goTo(2), goTo(100)]).toEqual([7, undefined, 2, 100])
  places.leave(undefined)
  expect(places.here()).toBe(undefined)
})
