// Queue, marks and lanes on Redis, for any number of processes.
import type { LaneConfig } from '../../../core/sending/lanes/lanes.ts'
import type { SendStores } from '../../../core/sending/ports.ts'
import { openAsking } from '../asking.ts'
import { openRedisLaneControl } from './lane-control.ts'
import { createRedisMarks } from './marks.ts'
import { openRedisSendQueue, type RedisQueueOptions } from './queue.ts'

type RedisSendOptions = RedisQueueOptions & {
  readonly configs: readonly LaneConfig[]
  readonly now?: (() => number) | undefined
}

const PATIENCE_MS = 1_000

/** Marks and lanes share a connection, whose failures are sending.unavailable. */
export function openRedisSendStores({ configs, now, ...options }: RedisSendOptions): SendStores {
  const { url, log } = options
  const failure = 'sending.unavailable'
  const connection = openAsking({ url, name: 'hub-send', patienceMs: PATIENCE_MS, failure, log })
  const queue = openRedisSendQueue(options)
  const lanes = openRedisLaneControl({ connection, configs, now, log })
  return {
    queue,
    marks: createRedisMarks(connection),
    lanes,
    async close() {
      await queue.close()
      await lanes.close()
      connection.close()
    },
  }
}
