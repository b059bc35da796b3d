// What becomes of outcomes that the ledger cannot be told.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createEmbeddedMarks } from '../../../src/adapters/embedded/sending/marks.ts'
import { openSendFile, type SendFile } from '../../../src/adapters/embedded/sending/store.ts'
import type { Ledger, Outcome } from '../../../src/core/campaigns/ports.ts'
import { breath } from '../../../src/core/pause.ts'
import { openJournal } from '../../../src/core/sending/journal.ts'
import type { Marks } from '../../../src/core/sending/ports.ts'
import { until } from '../../support/eventually.ts'
import { silentLog } from '../../support/events/feed-lab.ts'
import { NOON } from '../../support/times.ts'

const REF = { campaignId: 'spring', chunk: 3, lane: 'default' }
const SENT: Outcome = { n: 7, status: 'sent', attempts: 1, dueAt: NOON, reason: '250 ok', at: NOON }

let dir: string
let file: SendFile

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hub-journal-'))
  file = openSendFile(join(dir, 'sending.sqlite'))
})

afterEach(() => {
  file.close()
  rmSync(dir, { recursive: true })
})

type Options = Partial<Pick<Parameters<typeof openJournal>[0], 'flushEveryMs'> & Pick<Marks, 'drop'>> & {
  readonly record?: Ledger['record']
  /** Asked before each step of the marks. */
  readonly beforeStep?: () => Promise<void>
}

/** Marks that are kept in a file, and a ledger that does as the test says. */
async function open({
  record = async () => {},
  beforeStep = async () => {},
  flushEveryMs = 1e6,
  ...changed
}: Options = {}) {
  const kept = { ...createEmbeddedMarks(file), ...changed }
  const { token } = await kept.take(REF)
  const told: number[][] = []
  let steps = 0
  const marks: Marks = {
    ...kept,
    async step(...args) {
      steps += 1
      await beforeStep()
      return kept.step(...args)
    },
  }
  const ledger: Pick<Ledger, 'record'> = {
    async record(ref, outcomes) {
      told.push(outcomes.map(({ n }) => n))
      await record(ref, outcomes)
    },
  }
  const journal = openJournal({
    ref: REF,
    token,
    marks,
    ledger,
    log: silentLog,
    flushEveryMs,
  })
  return {
    journal,
    told,
    steps: () => steps,
    /** Another worker has the chunk from now on; what it finds. */
    async takeOver() {
      const { outcomes, inDoubt } = await kept.take(REF)
      return { outcomes, inDoubt }
    },
  }
}

const outage = () => Promise.reject(new Error('the database is away'))
const sent = (n: number): Outcome => ({ ...SENT, n })
const NOTHING = { outcomes: [], inDoubt: [] }

async function closeOne(record: Ledger['record']) {
  const { journal, told, takeOver } = await open({ record })
  expect(await journal.claim(SENT.n)).toBe('go')
  journal.note(SENT)
  await journal.close(() => false)
  return { told, ...(await takeOver()) }
}

test('they stay marked for the next worker', async () => {
  expect(await closeOne(outage)).toMatchObject({ outcomes: [SENT], inDoubt: [] })
})

test('those that it was told are marked no more', async () => {
  expect(await closeOne(async () => {})).toEqual({ told: [[SENT.n]], ...NOTHING })
})

test('what it is being told when the journal is closed stays marked if that fails', async () => {
  const answer = Promise.withResolvers<void>()
  const { journal, told, takeOver } = await open({ record: () => answer.promise, flushEveryMs: 1 })
  await journal.claim(SENT.n)
  journal.note(SENT)
  await until(() => expect(told).toHaveLength(1))
  const closed = journal.close(() => false)
  answer.reject(new Error('the database is away'))
  await closed
  expect(await takeOver()).toEqual({ outcomes: [SENT], inDoubt: [] })
})

test('those that it was told are told, even if their marks cannot be dropped', async () => {
  const { journal, told } = await open({ drop: outage })
  journal.noteUnclaimed(SENT)
  await journal.close(() => false)
  expect(told).toEqual([[SENT.n]])
})

test('they are told in bulk, and in an outage not with each one that comes', async () => {
  const { journal, told } = await open({ record: outage })
  for (let n = 1; n <= 249; n++) journal.noteUnclaimed(sent(n))
  expect(told).toEqual([])
  journal.noteUnclaimed(sent(250))
  await until(() => expect(told).toHaveLength(1))
  await breath() // the failure is known
  for (let n = 251; n <= 260; n++) journal.noteUnclaimed(sent(n))
  expect(told.map(({ length }) => length)).toEqual([250])
  await journal.close(() => false)
})

test('those that come while others are told are told as soon', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const first = Promise.withResolvers<void>()
  const { journal, told } = await open({ record: () => first.promise, flushEveryMs: 100 })
  journal.noteUnclaimed(sent(1))
  await vi.advanceTimersByTimeAsync(100)
  journal.noteUnclaimed(sent(2))
  await vi.advanceTimersByTimeAsync(100) // its time has come while the first is still being told
  first.resolve()
  await vi.advanceTimersByTimeAsync(100)
  expect(told).toEqual([[1], [2]])
  await journal.close(() => false)
})

describe('a claim', () => {
  test('shares a step with those that come in the same turn', async () => {
    const { journal, steps, takeOver } = await open()
    const claims = [journal.claim(1)]
    for (let times = 0; times < 9; times++) await Promise.resolve()
    claims.push(journal.claim(2))
    expect(await Promise.all(claims)).toEqual(['go', 'go'])
    expect(steps()).toBe(1)
    expect(await takeOver()).toEqual({ outcomes: [], inDoubt: [1, 2] })
    await journal.close(() => false)
  })

  test('that waits when the journal is stopped is not granted, though others’ outcomes are marked', async () => {
    const { journal, takeOver } = await open()
    journal.note(SENT)
    const claimed = journal.claim(8)
    journal.stop()
    expect(await claimed).toBe('stopped')
    expect(await takeOver()).toEqual({ outcomes: [SENT], inDoubt: [] })
    await journal.close(() => false)
  })

  test('that was being tried again when the journal is stopped is not granted', async () => {
    let isAway = true
    const { journal, steps, takeOver } = await open({
      beforeStep: () => (isAway ? outage() : Promise.resolve()),
    })
    const claimed = journal.claim(8)
    await until(() => expect(steps()).toBe(1))
    isAway = false
    journal.stop()
    expect(await claimed).toBe('stopped')
    expect(await takeOver()).toEqual(NOTHING)
    await journal.close(() => false)
  })

  test('that waits for marks that are away does not hold up a stop', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }) // no wait ends by itself
    onTestFinished(() => void vi.useRealTimers())
    const { journal, steps } = await open({ beforeStep: outage })
    const claimed = journal.claim(8)
    for (let turns = 0; turns < 5; turns++) await breath()
    expect(steps()).toBe(1)
    journal.stop()
    expect(await claimed).toBe('stopped')
    await journal.close(() => false)
  })

  test('that comes after the journal is closed is not granted', async () => {
    const { journal } = await open({ record: outage })
    journal.noteUnclaimed(SENT)
    await journal.close(() => false)
    expect(await journal.claim(8)).toBe('stopped')
  })

  test('of a journal that is fenced off is refused, and its marks are not asked again', async () => {
    const { journal, steps, takeOver } = await open()
    await takeOver()
    expect(await journal.claim(8)).toBe('fenced')
    journal.note(SENT)
    expect(await journal.claim(9)).toBe('fenced')
    expect(steps()).toBe(1)
    await journal.close(() => false)
  })
})

test('a journal whose marks and ledger are both away can be closed', async () => {
  const { journal } = await open({ beforeStep: outage, record: outage })
  journal.note(SENT)
  await journal.close(() => false)
})
