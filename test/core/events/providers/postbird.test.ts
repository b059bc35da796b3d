// A second provider is a folder and a line: the events of a made-up one go all the way, and its page in docs/ says how.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openEmbeddedFeed } from '../../../../src/adapters/embedded/feed/feed.ts'
import { createLeases } from '../../../../src/adapters/sql/driver/leases.ts'
import { createQuarantine } from '../../../../src/adapters/sql/events/quarantine.ts'
import { readBatch } from '../../../../src/core/events/intake/batch.ts'
import { PROVIDERS, readEventWord } from '../../../../src/core/events/providers/providers.ts'
import { startTracking } from '../../../../src/core/events/tracking/tracking.ts'
import type { Delivery } from '../../../../src/core/campaigns/ports.ts'
import { eventFrames } from '../../../../src/http/server/frames.ts'
import { silentLog } from '../../../support/events/feed-lab.ts'
import { openLoopLab } from '../../../support/loop/loop-lab.ts'
import { openSqliteLab } from '../../../support/database/sql-lab.ts'
import { NOON } from '../../../support/times.ts'
import { postbird } from './postbird/postbird.ts'

const when = '2026-05-04T10:20:30.000Z'

test('from the text of a batch to a suppression and a campaign’s numbers', async () => {
  const lab = await openLoopLab(await openSqliteLab())
  const folder = await mkdtemp(join(tmpdir(), 'hub-postbird-'))
  const feed = await openEmbeddedFeed({ file: join(folder, 'feed.sqlite'), log: silentLog, retention: 100, maxBytes: 1e9 }) // prettier-ignore
  const quarantine = createQuarantine(lab.sql)
  const leases = createLeases(lab.sql)
  const { archive } = lab
  const tracking = startTracking({ feed, archive, quarantine, leases, owner: 'this test', log: silentLog })
  const { campaign, deliveries } = await lab.campaign(2)
  const letter = ({ id, email, campaignId }: Delivery) => ({
    id: `letter ${id}`,
    to: email,
    labels: { campaign_id: campaignId, delivery_id: id },
  })
  const [ada, bob] = deliveries.map(letter)
  const payloads = [
    { what: 'mail.returned', when, why: 'nobody there', answer: '550 No', letter: ada },
    { what: 'mail.seen', when, program: 'curl/8.1', ip: '192.0.2.7', letter: bob },
    { what: 'mail.folded', letter: null },
    { event: 'hard_bounce', msg: { email: bob?.to } },
  ]

  const { events, unreadable } = readBatch(Buffer.from(JSON.stringify(payloads)), postbird)
  expect(unreadable.map(({ data }) => data)).toEqual([JSON.stringify(payloads[3])])
  await feed.append(events)
  expect(await tracking.reached(await feed.last(0), 10_000)).toBe(true)

  const found = await archive.find({ limit: 10, after: { epoch: 0, seq: 0 } })
  expect(found.map(({ kind }) => kind)).toEqual(['bounced', 'opened', 'unknown'])
  expect(JSON.parse(found[0]?.facts ?? '')).toEqual({
    provider: 'postbird',
    at: when,
    recipient: ada?.to,
    message_id: ada?.id,
    subject: null,
    reason: 'no_such_mailbox',
    answer: '550 No',
    campaign_id: campaign.id,
    delivery_id: ada?.labels.delivery_id,
  })
  const kept = await feed.read({ epoch: 0, seq: 0 }, 10)
  const frames = eventFrames(kept.events, 'json').toString()
  expect(frames.split(`"provider":"postbird","at":"${when}"`)).toHaveLength(3) // also where `data` has what its facts leave out
  expect((await lab.suppressions.get(ada?.to ?? '', NOON))?.reason).toBe('bounce')
  expect(await lab.suppressions.get(bob?.to ?? '', NOON)).toBeUndefined()
  const counts = (await lab.reactions.counts([campaign.id])).get(campaign.id)
  expect(counts).toMatchObject({ bounced: 1, opened: 0, robotOpened: 1 })

  await tracking.close()
  await feed.close()
  await lab.close()
  await rm(folder, { recursive: true })
})

test('its words are taken where events are asked for, once it is in the table', () => {
  expect(readEventWord('mail.returned')).toBeUndefined()
  const both = [...PROVIDERS, postbird]
  expect(readEventWord('mail.returned', both)).toEqual({ kind: 'bounced' })
  expect(readEventWord('hard_bounce', both)).toEqual({ kind: 'bounced' })
})

test('the page shows the very provider that is tested here', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/adding-a-provider.md'), 'utf8')
  const source = readFileSync(join(import.meta.dirname, 'postbird/postbird.ts'), 'utf8')
  const inItsPlace = source
    .replaceAll('../../../../../src/core/events/providers/', '../')
    .replaceAll('../../../../../src/core/events/', '../../')
  expect(page).toContain(inItsPlace)
})
