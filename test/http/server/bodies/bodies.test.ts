// Bodies of strangers: whatever they claim or hold, a batch of Mandrill's is taken.
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'

import { startHub, TOKEN, type TestHub } from '../../../support/hub.ts'
import { head, postBatch, seemingWebhook, stranger, type Stranger } from '../../../support/strangers.ts'
import { until } from '../../../support/eventually.ts'

const MIB = 1024 * 1024
const FULL_BATCH = 2 * MIB
const FORM = 'content-type: application/x-www-form-urlencoded'
const JSON_TYPE = 'content-type: application/json'
const LARGE = `content-length: ${32 * MIB}`
const CHUNKED = 'transfer-encoding: chunked'

let hub: TestHub
const strangers: Stranger[] = []
beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub.close())
afterEach(() => {
  for (const { socket } of strangers.splice(0)) socket.destroy()
})

async function open(count: number, text: string | Buffer): Promise<Stranger[]> {
  const opened = await Promise.all(Array.from({ length: count }, () => stranger(hub.address, text)))
  strangers.push(...opened)
  return opened
}

test.each([
  ['claim 32 MiB and send nothing', seemingWebhook(LARGE)],
  ['tell no length and send nothing', seemingWebhook(CHUNKED)],
  ['claim 32 MiB and send a byte', `${seemingWebhook(LARGE)}m`],
  ['claim 32 MiB and have no signature', head('POST /api/hook', FORM, LARGE)],
])('who %s takes nothing away', async (_, text) => {
  await open(60, text)
  for (let n = 0; n < 5; n++) expect(await postBatch(hub.address, FULL_BATCH)).toBe(200)
})

test('who holds all the room with fake signatures makes way for real batches', async () => {
  const most = 8 * MIB
  const held = await open(12, Buffer.concat([Buffer.from(seemingWebhook(LARGE)), Buffer.alloc(most, 'm')]))
  for (let n = 0; n < 5; n++) expect(await postBatch(hub.address, FULL_BATCH)).toBe(200)
  await until(() =>
    expect(held.some(({ heard }) => /^HTTP\/1\.1 503 [^]*server.busy/.test(heard()))).toBe(true),
  )
})

test.each([
  ['a webhook without a signature', '/api/hook', FORM, 401],
  ['a webhook whose signature can be none', '/api/hook', `${FORM}\r\nx-mandrill-signature: !`, 401],
  ['a webhook in JSON without the token', '/api/hook', JSON_TYPE, 401],
  ['a compressed webhook', '/api/hook', `${FORM}\r\ncontent-encoding: gzip`, 415],
  ['another type', '/api/hook', 'content-type: text/plain', 415],
  ['an address that is none', '/nowhere', JSON_TYPE, 404],
  ['the list, without the token', '/subscribe/import', 'content-type: text/csv', 401],
  ['a campaign, without the token', '/campaigns', JSON_TYPE, 401],
  ['a sign-in of 32 MiB', '/api/session', JSON_TYPE, 413],
  ['a sign-up of 32 MiB', '/subscribe', JSON_TYPE, 413],
  ['a goodbye of 32 MiB', '/unsubscribe/x', FORM, 413],
])('%s is answered before any of its body has come', async (_, path, type, status) => {
  const [{ socket, heard }] = (await open(1, head(`POST ${path}`, type, LARGE))) as [Stranger]
  if (!heard()) await once(socket, 'data')
  expect(heard()).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*connection: close`, 'i'))
})

test.each(['/api/session', '/confirm/x', '/unsubscribe/x'])(
  'a stranger has 64 KiB at %s, also without telling a length',
  async (path) => {
    const piece = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    const [{ socket, heard }] = (await open(
      1,
      head(`POST ${path}`, JSON_TYPE, CHUNKED) + piece.repeat(2),
    )) as [Stranger]
    if (!heard()) await once(socket, 'data')
    expect(heard()).toMatch(/^HTTP\/1.1 413 /)
  },
)

test('a body that comes in pieces of a byte is taken', async () => {
  const body = JSON.stringify({ token: TOKEN })
  const pieces = [...body].map((byte) => `1\r\n${byte}\r\n`).join('')
  const [{ socket, heard }] = (await open(
    1,
    `${head('POST /api/session', JSON_TYPE, CHUNKED)}${pieces}0\r\n\r\n`,
  )) as [Stranger]
  if (!heard()) await once(socket, 'data')
  expect(heard()).toMatch(/^HTTP\/1.1 200 /)
})

test('no clock is set for a body that came with its head', async () => {
  const clocks = vi.spyOn(globalThis, 'setTimeout')
  const set = () => clocks.mock.calls.filter(([, ms]) => ms === 60_000).length
  const json = '{"mandrill_events":[]}'
  const to = (length: number) =>
    head('POST /api/hook', JSON_TYPE, `authorization: ${TOKEN}`, `content-length: ${length}`)
  const [whole] = await open(1, `${to(json.length)}${json}`)
  await until(() => expect(whole?.heard()).toMatch(/^HTTP\/1\.1 200 /))
  expect(set()).toBe(0)
  await open(1, to(json.length))
  await until(() => expect(set()).toBe(1))
  clocks.mockRestore()
})
