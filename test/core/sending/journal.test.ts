// What becomes of outcomes that the ledger cannot be told.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEmbeddedMarks } from '../../../src/adapters/embedded/sending/marks.ts'
import { openSendFile, type SendFile } from '../../../src/adapters/embedded/sending/store.ts'
import type { Ledger, Outcome } from '../../../src/core/campaigns/ports.ts'
import { openJournal } from '../../../src/core/sending/journal.ts'
import { silentLog } from '../../support/feed-lab.ts'
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

async function closeOne(record: Ledger['record']) {
  const marks = createEmbeddedMarks(file)
  const { token } = await marks.take(REF)
  const ledger = { record }
  const journal = openJournal({
    ref: REF,
    token,
    marks,
    ledger,
    now: () => NOON,
    log: silentLog,
    tellEveryMs: 1_000,
  })
  expect(await journal.claim(SENT.n)).toBe('go')
  journal.note(SENT)
  await journal.close(() => false)
  const { outcomes, inDoubt } = await marks.take(REF)
  return { outcomes, inDoubt }
}

test('they stay marked for the next worker', async () => {
  const outage = () => Promise.reject(new Error('the database is away'))
  expect(await closeOne(outage)).toEqual({ outcomes: [SENT], inDoubt: [] })
})

test('those that it was told are marked no more', async () => {
  const told: unknown[] = []
  expect(await closeOne(async (_, outcomes) => void told.push(...outcomes))).toEqual({
    outcomes: [],
    inDoubt: [],
  })
  expect(told).toEqual([SENT])
})
