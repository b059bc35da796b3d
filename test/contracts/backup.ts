// What a restore means for correctness, for every pair of stores. The first test is a whole run of the commands of docs/backup.md.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FAST, numbered, openStage, startTraffic, type Stage, type Stores } from '../support/backup/stage.ts'
import {
  addressees,
  endSession,
  firstGap,
  isSignedIn,
  missing,
  numbersOf,
  range,
  sent,
  signIn,
  subscribe,
  total,
  tracked,
  unfolded,
} from '../support/backup/asks.ts'
import { eventually } from '../support/eventually.ts'

const READERS = 60

export function testBackup(name: string, open: (folder: string) => Promise<Stores>): void {
  describe(`backup and restore, ${name}`, () => {
    let stage: Stage
    afterEach(() => stage?.close())

    describe('by the commands of the page', () => {
      beforeEach(async () => void (stage = await openStage(open, true)))

      test('under traffic: all that was answered 200 before the backup is there after the loss of everything', async () => {
        const hub = await stage.spawn()
        const socket = await hub.socket('')
        const traffic = startTraffic(hub)
        await traffic.has(200)
        const before = traffic.answered()
        const early = socket.frames.find(({ type }) => type === 'event')?.cursor ?? ''
        await stage.backUp()
        await traffic.has(traffic.answered().length + 200)
        const late = socket.frames.findLast(({ type }) => type === 'event')?.cursor ?? ''
        await hub.kill()
        await traffic.stop()
        await stage.loseAll()
        await stage.restoreAll()

        const again = await stage.spawn()
        await eventually(async () => missing(before, await numbersOf(again))).toEqual([])
        expect(await again.post(numbered(0, before.length))).toMatchObject({
          accepted: 0,
          duplicates: before.length,
        })
        const [resumed, reset] = await Promise.all([
          again.socket(`after=${early}`),
          again.socket(`after=${late}`),
        ])
        const { accepted } = await again.post(numbered(1_000_000, 5))
        expect(accepted).toBe(5)
        for (const each of [resumed, reset])
          await each.until((frames) => frames.some(({ data }) => data?.n === 1_000_004))
        expect(resumed.frames.filter(({ type }) => type === 'gap')).toEqual([])
        const seen = new Set(resumed.frames.map(({ data }) => data?.n))
        expect(before.slice(1).filter((n) => !seen.has(n))).toEqual([])
        expect(reset.frames.filter(({ type }) => type === 'gap')).toMatchObject([
          { from: late, reason: 'reset' },
        ])
      })
    })

    describe('by their functions', () => {
      beforeEach(async () => void (stage = await openStage(open)))

      test('a running campaign, and one whose time has come, are paused and say why; whoever is known as sent gets no second mail', async () => {
        const hub = await stage.spawn()
        await subscribe(hub, READERS)
        const { campaign } = await hub.ask('/subscribe/send-mail', { subject: 'Now', content: 'Hi' })
        await eventually(async () => (await sent(hub, campaign.id)).length).toBeGreaterThan(4)
        const soon = new Date(Date.now() + 3_000).toISOString()
        const later = await hub.ask('/campaigns', { subject: 'Later', content: 'Hi', send_at: soon })
        await stage.backUp()
        const mailsThen = stage.sink.mails.length
        await eventually(() => stage.sink.mails.length).toBeGreaterThan(mailsThen + 2)
        await eventually(async () => (await hub.ask(`/campaigns/${later.id}`)).status).not.toBe('scheduled')
        await hub.kill()
        await stage.loseAll()
        await stage.restoreAll()

        const mails = stage.sink.mails.length
        const again = await stage.start(FAST)
        const held = { status: 'paused', status_reason: expect.stringMatching(/^restored from a backup/) }
        for (const { id } of [campaign, later])
          expect(await again.ask(`/campaigns/${id}`)).toMatchObject(held)
        const known = await sent(again, campaign.id)
        expect(known.length).toBeGreaterThan(4)
        expect(stage.sink.mails).toHaveLength(mails)
        for (const { id } of [campaign, later]) await again.ask(`/campaigns/${id}/resume`, {})
        for (const { id } of [campaign, later])
          await eventually(async () => (await again.ask(`/campaigns/${id}`)).status).toBe('finished')
        const got = addressees(stage, 'Now')
        expect(new Set(got).size).toBe(READERS)
        expect(known.filter((email) => got.filter((other) => other === email).length !== 1)).toEqual([])
        expect(new Set(addressees(stage, 'Later')).size).toBe(READERS)
      })

      test('what was under way after the backup is not mistaken for what is under way now', async () => {
        const hub = await stage.spawn()
        await subscribe(hub, READERS)
        const draft = await hub.ask('/campaigns', { subject: 'Now', content: 'Hi' })
        await stage.backUp()
        const { subscribers } = await hub.ask('/subscribe?limit=10')
        for (const { id } of subscribers) await hub.ask(`/subscribe/${id}`, undefined, 'DELETE')
        await hub.ask(`/campaigns/${draft.id}/start`, {})
        await eventually(() => stage.sink.mails.length).toBeGreaterThan(4)
        await hub.kill()
        await stage.databaseOfBackup()

        const again = await stage.start(FAST)
        expect(await again.ask(`/campaigns/${draft.id}`)).toMatchObject({ status: 'draft' })
        await again.ask(`/campaigns/${draft.id}/start`, {})
        await eventually(async () => (await again.ask(`/campaigns/${draft.id}`)).status).toBe('finished')
        expect(new Set(addressees(stage, 'Now')).size).toBe(READERS)
      })

      test('what came after the backup is taken again from a feed that was kept: a complaint holds again', async () => {
        const hub = await stage.start()
        await subscribe(hub, 3)
        await hub.post(numbered(0, 10))
        await tracked(hub, 10)
        await stage.backUp()
        await hub.post([
          { event: 'spam', ts: 1_773_144_001, _id: 'x', msg: { _id: 'x', email: 'reader0@example.com' } },
        ])
        await hub.post(numbered(10, 10))
        await tracked(hub, 21)
        const cursor = (await hub.events()).at(-1)?.cursor ?? ''
        await hub.stop()
        await stage.databaseOfBackup()

        const again = await stage.start()
        await tracked(again, 21)
        const { suppressions } = await again.ask('/suppressions')
        expect(suppressions).toMatchObject([{ email: 'reader0@example.com', reason: 'complaint' }])
        expect(await total(again)).toBe(21)
        const socket = await again.socket(`after=${cursor}`)
        await again.post(numbered(20, 1))
        await socket.until((frames) => frames.some(({ data }) => data?.n === 20))
        expect(socket.frames.filter(({ type }) => type === 'gap')).toEqual([])
        await tracked(again, 22)
      })

      test('no sign-in comes back, neither one that was ended since, nor one that was not', async () => {
        const hub = await stage.start()
        const [ended, open] = [await signIn(hub), await signIn(hub)]
        await stage.backUp()
        await endSession(hub, ended)
        expect(await isSignedIn(hub, ended)).toBe(false)
        expect(await isSignedIn(hub, open)).toBe(true)
        await hub.stop()
        await stage.loseAll()
        await stage.restoreAll()

        const again = await stage.start()
        for (const cookie of [ended, open]) expect(await isSignedIn(again, cookie)).toBe(false)
        expect(await isSignedIn(again, await signIn(again))).toBe(true)
      })

      test("an unsubscription by the hub's own link is repeated from an access log", async () => {
        const hub = await stage.start()
        await subscribe(hub, 1)
        await hub.ask('/subscribe/send-mail', { subject: 'Now', content: 'Hi' })
        await eventually(() => stage.sink.mails.length).toBe(1)
        await stage.backUp()
        const link = /^List-Unsubscribe: <([^>]+)>/m.exec(unfolded(stage))?.[1] ?? ''
        const { pathname } = new URL(link)
        await hub.ask(pathname, {})
        expect((await hub.ask('/subscribe')).subscribers).toMatchObject([{ subscribed: false }])
        await hub.stop()
        await stage.databaseOfBackup()

        const again = await stage.start()
        expect((await again.ask('/subscribe')).subscribers).toMatchObject([{ subscribed: true }])
        const log = join(stage.folder, 'access.log')
        await writeFile(
          log,
          `192.0.2.1 - - [10/Mar/2026:12:00:00 +0000] "POST ${pathname} HTTP/1.1" 200 512 "-" "-"\n`,
        )
        const printed = await stage.run('repeat unsubscriptions', { ACCESS_LOG: log, PUBLIC_URL: again.url })
        expect(printed).not.toContain('not done')
        expect((await again.ask('/subscribe')).subscribers).toMatchObject([{ subscribed: false }])
      })

      test('events that the feed has let go of before a restored database could take them are told in the log', async () => {
        const hub = await stage.start({ EVENT_RETENTION: '10' })
        await hub.post(numbered(0, 10))
        await tracked(hub, 10)
        await stage.backUp()
        const cursor = (await hub.events()).at(-1)?.cursor ?? ''
        await hub.post(numbered(10, 30))
        await eventually(() => firstGap(hub, cursor)).toMatchObject({ reason: 'expired' }) // it has been trimmed
        await hub.stop()
        await stage.databaseOfBackup()

        const again = await stage.start({ EVENT_RETENTION: '10' })
        await tracked(again, 20)
        expect(again.printed()).toContain('events were lost before tracking could read them')
        expect(again.printed()).toMatch(/"gap":\{"from":.*"reason":"expired"/)
        await again.post(numbered(40, 1))
        await tracked(again, 21)
      })

      test('tracking goes on from a feed that is older than the database', async () => {
        const hub = await stage.start()
        await hub.post(numbered(0, 10))
        await tracked(hub, 10)
        await stage.backUp()
        await hub.post(numbered(10, 10))
        await tracked(hub, 20)
        await hub.stop()
        await stage.feedOfBackup()

        const again = await stage.start()
        expect((await again.post(numbered(5, 20))).accepted).toBe(15)
        await eventually(async () => missing(range(0, 25), await numbersOf(again))).toEqual([])
        expect(await total(again)).toBe(25)
        expect(again.printed()).toContain('the feed was lost or is from a backup')
      })

      test('tracking goes on with a feed that begins anew', async () => {
        const hub = await stage.start()
        await hub.post(numbered(0, 10))
        await tracked(hub, 10)
        const cursor = (await hub.events()).at(-1)?.cursor ?? ''
        await hub.stop()
        await stage.loseFeed()

        const again = await stage.start()
        const socket = await again.socket(`after=${cursor}`)
        expect((await again.post(numbered(5, 10))).accepted).toBe(10)
        await socket.until((frames) => frames.filter(({ type }) => type === 'event').length === 10)
        expect(socket.frames.filter(({ type }) => type === 'gap')).toMatchObject([
          { from: cursor, reason: 'reset' },
        ])
        await tracked(again, 15)
        expect(await total(again)).toBe(15)
      })
    })
  })
}
