// The marks in Redis: one hash a chunk, one script for all steps of a moment.
import type { Marks, Step } from '../../../core/sending/ports.ts'
import type { ChunkRef, Outcome } from '../../../core/campaigns/ports.ts'
import { gather } from '../../../core/gather.ts'
import { SEND_KEYS } from '../keys.ts'
import type { SendConnection } from './connection.ts'
import { dropScript, stepScript, takeScript } from './mark-scripts.ts'

/** Marks are gone as soon as the ledger has them; this is for a hub that is shut down for a long time. */
const KEPT_SECONDS = 90 * 86_400

export function createRedisMarks({ run }: Pick<SendConnection, 'run'>): Marks {
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
