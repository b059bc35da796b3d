// Campaigns need links and a sender that their subscribers reach: without, none starts, and everybody is told why.
import { afterEach, describe, expect, test } from 'vitest'
import { senderProblem } from '../../../src/core/campaigns/mail/sender.ts'
import { eventually } from '../../support/eventually.ts'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'

const REAL = { SMTP_URL: 'smtp://mail.invalid:587' }
const FINE = { PUBLIC_URL: 'https://hub.example.com', MAIL_FROM: 'News <news@example.com>' }
const SAYS = { subject: 'News', content: '<p>Hello</p>' }

describe('what keeps campaigns from starting', () => {
  const address = (at: string) => ({ name: '', address: at })
  test.each([
    ['http://localhost:8000', 'news@example.com', /PUBLIC_URL/],
    ['https://127.0.0.1', 'news@example.com', /PUBLIC_URL/],
    ['https://[::1]:8443', 'news@example.com', /PUBLIC_URL/],
    ['https://0.0.0.0', 'news@example.com', /PUBLIC_URL/],
    ['https://[::ffff:127.0.0.1]', 'news@example.com', /PUBLIC_URL/],
    ['https://hub.localhost', 'news@example.com', /PUBLIC_URL/],
    ['http://hub.example.com', 'news@example.com', /PUBLIC_URL.*https/],
    ['https://hub.example.com', 'news@localhost', /^MAIL_FROM/],
    ['https://hub.example.com', 'news@LOCALHOST.', /^MAIL_FROM/],
    ['https://hub.example.com', 'news@box.localhost', /^MAIL_FROM/],
    ['https://hub.example.com', 'news@localhost.localdomain', /^MAIL_FROM/],
    ['https://hub.example.com', 'news@[127.0.0.1]', /^MAIL_FROM/],
    ['http://localhost:8000', 'news@localhost', /PUBLIC_URL.*MAIL_FROM/],
  ])('%s and %s', (url, from, why) => expect(senderProblem(url, address(from))).toMatch(why))

  test('nothing, for a public https address and a real sender', () => {
    expect(senderProblem('https://hub.example.com/mail', address('news@localhost.example.com'))).toBeNull()
  })
})

describe('a hub', () => {
  let hub: TestHub | undefined
  afterEach(() => hub?.close())
  const call = (method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object) =>
    hub!.call({ method, url, headers: { authorization: TOKEN }, ...(payload ? { payload } : {}) })
  const create = async (more: object = {}) => call('POST', '/campaigns', { ...SAYS, ...more })

  test('whose links point at itself starts no campaign, sends no test, and says so', async () => {
    hub = await startHub(REAL)
    const { id } = (await create()).body
    const refused = { status: 409, body: { error: { code: 'campaign.sender_not_set_up' } } }
    expect(await create({ start: true })).toMatchObject(refused)
    expect(await call('POST', '/subscribe/send-mail', SAYS)).toMatchObject(refused)
    expect(await call('POST', `/campaigns/${id}/start`)).toMatchObject(refused)
    expect(await call('POST', `/campaigns/${id}/test`, { to: 'me@example.com' })).toMatchObject(refused)
    const told = { sender_problem: expect.stringMatching(/PUBLIC_URL.*MAIL_FROM/) }
    expect((await call('GET', `/campaigns/${id}/audience`)).body).toMatchObject(told)
    expect((await call('GET', '/api/setup')).body).toMatchObject(told)
    expect(hub.logged).toContainEqual(expect.objectContaining({ reason: told.sender_problem, level: 50 }))
    expect((await call('GET', `/campaigns/${id}`)).body).toMatchObject({ status: 'draft' })
  })

  test.each([
    [{}, expect.stringMatching(/PUBLIC_URL.*MAIL_FROM/)],
    [FINE, null],
    [{ MANDRILL_API_URL: 'http://127.0.0.1:9' }, null], // a trial
  ])('with a mail server on its own machine starts them, and warns: %o', async (env, doubt) => {
    hub = await startHub({ SMTP_URL: 'smtp://127.0.0.1:9', ...env })
    expect((await call('GET', '/api/setup')).body).toMatchObject({
      sender_problem: null,
      sender_doubt: doubt,
    })
    const warned = hub.logged.filter(({ level, reason }) => level === 40 && reason !== undefined)
    expect(warned).toEqual(doubt ? [expect.objectContaining({ reason: doubt })] : [])
    expect((await create({ start: true })).status).toBe(202)
  })

  test('pauses a scheduled campaign when its time has come, with the reason, and does not resume it', async () => {
    hub = await startHub(REAL)
    const made = await create({ send_at: new Date().toISOString() })
    const { id } = made.body
    const state = async () => (await call('GET', `/campaigns/${id}`)).body
    await eventually(state).toMatchObject({
      status: 'paused',
      status_reason: expect.stringContaining('PUBLIC_URL'),
      started_at: expect.any(String), // whoever resumes it: its audience is that of its time
    })
    expect((await call('POST', `/campaigns/${id}/resume`)).status).toBe(409)
    expect((await call('POST', `/campaigns/${id}/cancel`)).status).toBe(202)
  })

  test.each([
    ['with everything set', { ...REAL, ...FINE }],
    ['with a server on this machine', { SMTP_URL: 'smtp://127.0.0.1:1' }],
    ['with an outbox', {}],
  ])('%s starts campaigns', async (_, settings) => {
    hub = await startHub(settings)
    expect((await create({ start: true })).status).toBe(202)
    expect((await call('GET', '/api/setup')).body).toMatchObject({ sender_problem: null })
  })
})
