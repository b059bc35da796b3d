// What sending needs, on Redis and for any number of processes: queue, marks and lanes.
import type { LaneConfig } from '../../../core/sending/lanes/lanes.ts'
import type { SendStores } from '../../../core/sending/ports.ts'
import { openRedisLaneControl } from './lane-control.ts'
import { openSendConnection } from './connection.ts'
import { createRedisMarks } from './marks.ts'
import { openRedisSendQueue, type RedisQueueOptions } from './queue.ts'

type RedisSendOptions = RedisQueueOptions & {
  readonly configs: readonly LaneConfig[]
  readonly now?: (() => number) | undefined
}

export function openRedisSendStores({ configs, now, ...options }: RedisSendOptions): SendStores {
  const connection = openSendConnection(options)
  const queue = openRedisSendQueue(options)
  const lanes = openRedisLaneControl({ connection, configs, now, log: options.log })
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
