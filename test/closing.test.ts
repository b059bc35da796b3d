// Closing loses nothing and leaves nothing to be found out later: what is stored is tracked, and what was sent is in the ledger.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCampaignStore } from '../src/adapters/sql/campaigns/campaigns.ts'
import { createLedger } from '../src/adapters/sql/campaigns/ledger.ts'
import { createEventArchive } from '../src/adapters/sql/events/archive.ts'
import { eventually } from './support/eventually.ts'
import { startHub, TOKEN } from './support/hub.ts'
import { startMailSink, type MailSink } from './support/servers/mail-sink.ts'
import { openDatabase } from './support/database/sql-lab.ts'

let dir: string
let sink: MailSink
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hub-closing-'))
  sink = await startMailSink()
})
afterEach(async () => {
  await sink.close()
  await rm(dir, { recursive: true })
})

test('the stores are closed last: the archive has every event, the ledger every mail', async () => {
  const lanes = JSON.stringify([{ name: 'default', domains: [], connections: 2, per_second: 50 }])
  const hub = await startHub({ SMTP_URL: sink.url, MAIL_LANES: lanes }, dir)
  const ask = (url: string, type: string, payload: string) =>
    hub.call({ method: 'POST', url, headers: { authorization: TOKEN, 'content-type': type }, payload })
  const people = Array.from({ length: 300 }, (_, n) => `reader${n}@example.com`)
  await ask('/subscribe/import', 'text/csv', `email\n${people.join('\n')}`)
  await ask('/subscribe/send-mail', 'application/json', JSON.stringify({ subject: 'News', content: 'Hi' }))
  await eventually(() => sink.mails.length).toBeGreaterThan(10)
  const events = Array.from({ length: 3_000 }, (_, n) => ({ event: 'send', _id: `m${n}` }))
  expect((await hub.post(events)).body.accepted).toBe(3_000)
  const before = hub.logged.length
  await hub.close()

  expect(hub.logged.slice(before).filter(({ level }) => Number(level) > 30)).toEqual([])
  const sql = await openDatabase('sqlite', join(dir, 'hub.sqlite'))
  const [campaign] = await createCampaignStore(sql).list(1)
  const tallies = await createLedger(sql).tallies([campaign?.id ?? ''])
  expect(tallies.get(campaign?.id ?? '')?.get('default')).toMatchObject({ sent: sink.mails.length })
  expect(await createEventArchive(sql).position()).toMatchObject({ seq: 3_000 })
  await sql.close()
})
