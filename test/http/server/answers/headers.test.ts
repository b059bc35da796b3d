// What answers tell a browser to mind: pages much, data and files little, and no answer more than it needs.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHub, TOKEN, type TestHub } from '../../../support/hub.ts'

let hub: TestHub
beforeAll(async () => void (hub = await startHub({ PUBLIC_URL: 'https://hub.example.com' })))
afterAll(() => hub.close())

const headersOf = async (url: string, headers: Record<string, string> = {}) =>
  (await hub.app.inject({ url, headers })).headers

test('a page runs only its own scripts, is framed by nobody, and asks to be reached by https', async () => {
  const headers = await headersOf('/')
  expect(headers).toMatchObject({
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': 'max-age=31536000',
    'x-content-type-options': 'nosniff',
  })
  const policy = String(headers['content-security-policy'])
  for (const part of ["default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", 'trusted-types'])
    expect(policy).toContain(part)
  expect(policy).not.toContain('unsafe')
})

test('a hub that is reached by http asks for no https', async () => {
  const plain = await startHub({ PUBLIC_URL: 'http://hub.example.com' })
  expect((await plain.app.inject('/')).headers).not.toHaveProperty('strict-transport-security')
  await plain.close()
})

test('a page that has a policy of its own keeps it', async () => {
  const answer = await headersOf('/no/such/page', { accept: 'text/html' })
  expect(answer['content-security-policy']).toMatch(/^default-src 'none'/)
  expect((await headersOf('/doc'))['content-security-policy']).toContain("frame-ancestors 'self'")
})

test('data and files are not guessed at, not embedded elsewhere, and carry no policy of a page', async () => {
  for (const url of ['/api/setup', '/page/main.js', '/page/style.css', '/no-such-file']) {
    const headers = await headersOf(url, { authorization: TOKEN })
    expect(headers['x-content-type-options'], url).toBe('nosniff')
    expect(headers['cross-origin-resource-policy'], url).toBe('same-origin')
    for (const name of ['content-security-policy', 'strict-transport-security', 'referrer-policy'])
      expect(headers, url).not.toHaveProperty(name)
  }
})
