// The marks in Redis: one script for all steps of a moment. A chunk is a hash: `token`, and by the number of each mail either
// an empty text (claimed, without an outcome yet) or its outcome.
import type { Marks, Step } from '../../../core/sending/ports.ts'
import type { ChunkRef, Outcome } from '../../../core/campaigns/ports.ts'
import { gather } from '../../../core/gather.ts'
import type { Log } from '../../../core/log.ts'
import { SEND_KEYS } from '../keys.ts'
import { openAsking, type Asking } from '../asking.ts'
import { script } from '../script.ts'

/** Marks are dropped as soon as the ledger has them, so this only matters when the hub is down for long. */
const KEPT_SECONDS = 90 * 86_400

// KEYS: chunk, token. ARGV: seconds that marks are kept.
// Tokens begin at Redis's clock, so they grow even if Redis has lost everything.
const takeScript = script(`
local time = redis.call('TIME')
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
local token = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
redis.call('SET', KEYS[2], token)
redis.call('HSET', KEYS[1], 'token', token)
redis.call('EXPIRE', KEYS[1], ARGV[1])
return redis.call('HGETALL', KEYS[1])
`)

// KEYS: chunks. ARGV, for each: token, the number of fields, and the fields: number and outcome, or number and '' for a claim.
const stepScript = script(`
local answers = {}
local at = 1
for n, chunk in ipairs(KEYS) do
  local token, count = ARGV[at], tonumber(ARGV[at + 1])
  local first, last = at + 2, at + 1 + count
  answers[n] = 'fenced'
  if redis.call('HGET', chunk, 'token') == token then
    redis.call('HSET', chunk, unpack(ARGV, first, last))
    answers[n] = 'go'
  end
  at = last + 1
end
return answers
`)

// KEYS: chunk. ARGV: token.
const dropScript = script(`
if redis.call('HGET', KEYS[1], 'token') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`)

export function createRedisMarks({ run }: Pick<Asking, 'run'>): Marks {
  const steps = gather(async (all: readonly StepOf[]) => {
    const keys = all.map(({ ref }) => SEND_KEYS.chunk(ref.campaignId, ref.chunk))
    const args = all.flatMap(({ token, fields }) => [token, fields.length, ...fields])
    return (await run(stepScript, keys, args)) as Step[]
  })

  return {
    async take({ campaignId, chunk }) {
      const keys = [SEND_KEYS.chunk(campaignId, chunk), SEND_KEYS.token]
      return toTaken((await run(takeScript, keys, [KEPT_SECONDS])) as string[])
    },
    step: (ref, token, outcomes, claims) =>
      steps.ask({
        ref,
        token,
        fields: [
          ...outcomes.flatMap((outcome) => [outcome.n, JSON.stringify(outcome)]),
          ...claims.flatMap((n) => [n, '']),
        ],
      }),
    async drop({ campaignId, chunk }, token) {
      await run(dropScript, [SEND_KEYS.chunk(campaignId, chunk)], [token])
    },
  }
}

type StepOf = {
  readonly ref: ChunkRef
  readonly token: number
  readonly fields: readonly (string | number)[]
}

function toTaken(reply: readonly string[]) {
  const outcomes: Outcome[] = []
  const inDoubt: number[] = []
  let token = 0
  for (let i = 0; i < reply.length; i += 2) {
    const [field, value = ''] = [reply[i], reply[i + 1]]
    if (field === 'token') token = Number(value)
    else if (value === '') inDoubt.push(Number(field))
    else outcomes.push(JSON.parse(value) as Outcome)
  }
  return { token, outcomes, inDoubt }
}

const FORGET_PATIENCE_MS = 10_000
const KEYS_A_STEP = 1_000

/** For a ledger from a backup, whose chunks may differ from those that were marked. */
export async function forgetRedisMarks({ url, log }: { url: string; log: Log }): Promise<void> {
  const failure = 'sending.unavailable'
  const { ask, close } = openAsking({
    url,
    name: 'hub-restored',
    patienceMs: FORGET_PATIENCE_MS,
    failure,
    log,
  })
  const forget = ask(async (redis) => {
    for (let cursor = '0'; ;) {
      const [next, keys] = await redis.scan(cursor, 'MATCH', SEND_KEYS.anyChunk, 'COUNT', KEYS_A_STEP)
      if (keys.length > 0) await redis.unlink(...keys)
      if ((cursor = next) === '0') return
    }
  })
  await forget.finally(close)
}
