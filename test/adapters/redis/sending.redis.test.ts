// Sending on MariaDB and Redis, to a real mail server.
import { afterAll, beforeAll, describe } from 'vitest'
import { sendingContract } from '../../contracts/sending/sending.ts'
import { promisesOfSeveralWorkers } from '../../contracts/sending/sending-workers.ts'
import { startMariaDb, type MariaDb } from '../../support/servers/mariadb.ts'
import { startRedis, type RedisServer } from '../../support/servers/redis.ts'
import { openRedisSendLab } from '../../support/sending/send-lab.ts'
import { emptied, openMysqlLab } from '../../support/database/sql-lab.ts'

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
