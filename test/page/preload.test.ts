// index.html names every module of the first view beforehand: without that, a browser finds them one after another.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const PUBLIC = new URL('../../public/', import.meta.url)
const read = (path: string) => readFileSync(new URL(`.${path}`, PUBLIC), 'utf8')

function modulesFrom(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found
  found.add(path)
  for (const [, to = ''] of read(path).matchAll(/^(?:import|export) (?:[^'"]* from )?'([^']+)'/gms))
    if (to.startsWith('.')) modulesFrom(new URL(to, `http://hub${path}`).pathname, found)
    else found.add(`/vendor/package/${to}.js`)
  return found
}

test('what index.html preloads is exactly what main.js imports', () => {
  const preloaded = [...read('/index.html').matchAll(/rel="modulepreload" href="([^"]+)"/g)].map(
    ([, href]) => href,
  )
  const needed = [...modulesFrom('/main.js')].filter((path) => path !== '/main.js')
  expect(preloaded.sort()).toEqual(needed.sort())
})
