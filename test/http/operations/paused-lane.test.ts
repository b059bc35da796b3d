// What a hub says whose mail server does not take its password: that no mail goes out, and why.
import { afterEach, expect, test } from 'vitest'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { until } from '../../support/eventually.ts'
import { startScriptedSmtp, type ScriptedServer } from '../../support/servers/scripted-smtp.ts'

const REFUSED = '535 5.7.8 wrong user name or password'
let server: ScriptedServer
let hub: TestHub
afterEach(async () => {
  await hub?.close()
  await server?.close()
})

const call = (url: string, payload: object) =>
  hub.call({ method: 'POST', url, headers: { authorization: TOKEN }, payload })

test('a lane that is paused is told in /readyz, and in the campaign whose mails wait for it', async () => {
  const account = { works: false }
  server = await startScriptedSmtp((step) => (step === 'auth' && !account.works ? REFUSED : undefined))
  hub = await startHub({ SMTP_URL: server.url.replace('//', '//news:secret@') })
  const states = (word: string) => ({ events: 'ok', database: 'ok', sending: word, archive: 'ok' })
  await until(async () =>
    expect(await hub.get('/readyz')).toMatchObject({
      status: 200,
      body: { status: 'ready', stores: states('ok') },
    }),
  )
  await call('/subscribe', { email: 'reader@example.com', name: '' })
  const { body } = await call('/campaigns', { subject: 'News', content: '<p>Hello</p>', start: true })
  const campaign = async () => (await hub.get(`/campaigns/${body.id}`)).body

  const reason = `no mail goes out now, as its lanes are paused: ${REFUSED}`
  await until(async () =>
    expect(await campaign()).toMatchObject({ status: 'running', status_reason: reason }),
  )
  await until(async () =>
    expect(await hub.get('/readyz')).toMatchObject({
      status: 200,
      body: { status: 'degraded', stores: states('paused') },
    }),
  )

  account.works = true
  await call('/lanes/default/resume', {})
  await until(async () => expect(await campaign()).toMatchObject({ status: 'finished', status_reason: null }))
  await until(async () => expect(await hub.get('/readyz')).toMatchObject({ body: { status: 'ready' } }))
})
