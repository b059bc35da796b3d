// Webhooks that fall silent while mails go out are told once, and their return, too.
import { afterEach, expect, test } from 'vitest'
import { SILENT_AFTER_MS, watchSilence, type Silence } from '../../../src/core/events/silence.ts'
import { NOON } from '../../support/times.ts'

let silence: Silence
afterEach(() => silence.close())

function lab() {
  const state = { now: NOON, sent: 0, arrived: 0 }
  const told: string[] = []
  const tell = (level: string) => () => void told.push(level)
  silence = watchSilence({
    sent: async () => state.sent,
    arrived: async () => state.arrived,
    now: () => state.now,
    log: { info: tell('info'), warn: tell('warn'), error: tell('error') },
    everyMs: 3_600_000,
  })
  const look = async (changes: Partial<typeof state>) => {
    Object.assign(state, changes)
    await silence.look()
    return [silence.seconds(), ...told]
  }
  return look
}

test('tells once that nothing comes back, and once that it does again', async () => {
  const look = lab()
  expect(await look({})).toEqual([0])
  expect(await look({ sent: 10, now: NOON + 1000 })).toEqual([0])
  expect(await look({ now: NOON + 61_000 })).toEqual([60])
  const late = NOON + 1000 + SILENT_AFTER_MS
  expect(await look({ sent: 20, now: late })).toEqual([900, 'error'])
  expect(await look({ sent: 30, now: late + 1000 })).toEqual([901, 'error'])
  expect(await look({ arrived: 1 })).toEqual([0, 'error', 'info'])
  expect(await look({ now: late + 2 * SILENT_AFTER_MS })).toEqual([0, 'error', 'info'])
})

test('while no mail goes out, silence is no trouble', async () => {
  const look = lab()
  expect(await look({ sent: 10 })).toEqual([0])
  expect(await look({ now: NOON + 10 * SILENT_AFTER_MS })).toEqual([0])
})
