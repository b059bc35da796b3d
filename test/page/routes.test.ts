// The page and the server know the same addresses.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

test('the server serves the page where the page has a view, and nowhere else', () => {
  const [, list = ''] = /const VIEWS = \[([^\]]*)\]/.exec(read('src/http/page/page.ts')) ?? []
  const served = [...list.matchAll(/'([^']+)'/g)].map(([, path]) => `/dashboard/${path}`)
  const routes = [...read('public/page/routes.js').matchAll(/path: '([^']+)'/g)].map(([, path]) => path)
  expect(served.toSorted()).toEqual(routes.filter((path) => path !== '/').toSorted())
})

test('each view’s style sheet is named in index.html under a name of a view', () => {
  const names = new Set(
    [...read('public/page/routes.js').matchAll(/name: '([^']+)'/g)].map(([, name]) => name),
  )
  for (const [, views = ''] of read('public/index.html').matchAll(/data-view="([^"]+)"/g))
    for (const view of views.split(' ')) expect(names).toContain(view)
})
