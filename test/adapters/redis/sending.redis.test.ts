// Sending on MariaDB and Redis, to a real mail server.
import { afterAll, beforeAll, describe } from 'vitest'
import { sendingContract } from '../../contracts/sending/sending.ts'
import { promisesOfSeveralWorkers } from '../../contracts/sending/sending-workers.ts'
import { startMariaDb, type MariaDb } from '../../support/mariadb.ts'
import { startRedis, type RedisServer } from '../../support/redis.ts'
import { openRedisSendLab } from '../../support/send-lab.ts'
import { emptied, openMysqlLab } from '../../support/sql-lab.ts'

let redis: RedisServer
let mariaDb: MariaDb
beforeAll(async () => {
  ;[redis, mariaDb] = await Promise.all([startRedis(), startMariaDb()])
})
afterAll(() => Promise.all([redis?.close(), mariaDb?.close()]))

describe('sending in MariaDB and Redis', () => {
  const openSql = emptied(() => openMysqlLab(mariaDb))
  sendingContract(
    async () => ({ sql: await openSql(), send: await openRedisSendLab(redis) }),
    promisesOfSeveralWorkers,
  )
})
