// The send queue of a single process, against the contract, and when its file refuses a write.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedSendQueue } from '../../../src/adapters/embedded/sending/queue.ts'
import { openSendFile, type SendFile } from '../../../src/adapters/embedded/sending/store.ts'
import { sendQueueContract } from '../../contracts/sending/queue.ts'
import { silentLog } from '../../support/events/feed-lab.ts'
import { chunk, openEmbeddedSendLab } from '../../support/sending/send-lab.ts'
import { until } from '../../support/eventually.ts'

describe('the send queue, embedded', () => sendQueueContract(openEmbeddedSendLab))

describe('on its file', () => {
  let folder: string
  let store: SendFile
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hub-send-queue-'))
    store = openSendFile(join(folder, 'sending.sqlite'))
  })
  afterEach(async () => {
    store.close()
    await rm(folder, { recursive: true })
  })

  const waiting = () => store.db.prepare('SELECT lane, chunk FROM queue ORDER BY place').all()

  test('a chunk that could not be taken out may be added again once the file takes writes', async () => {
    store.db.exec(
      `CREATE TRIGGER full BEFORE DELETE ON queue BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`,
    )
    let failures = 0
    const queue = openEmbeddedSendQueue(store, { ...silentLog, error: () => void failures++ })
    const taken: number[] = []
    queue.work('default', 4, async (ref) => void taken.push(ref.chunk))
    await queue.add([chunk(1)])
    await until(() => expect(failures).toBe(1))
    await expect(queue.add([chunk(2)])).rejects.toMatchObject({ code: 'sending.unavailable' })
    store.db.exec('DROP TRIGGER full')
    await queue.add([chunk(1)])
    await until(() => expect(taken).toEqual([1, 1]))
    await queue.close()
    expect(waiting()).toEqual([])
  })

  test('a chunk that moves to another lane does not stay on the one before', async () => {
    const queue = openEmbeddedSendQueue(store, silentLog)
    await queue.add([chunk(1, 'gone'), chunk(2, 'gone')])
    await queue.add([chunk(1)])
    expect(waiting()).toEqual([
      { lane: 'gone', chunk: 2 },
      { lane: 'default', chunk: 1 },
    ])
  })

  test('a chunk that is being worked on stays on its lane', async () => {
    const queue = openEmbeddedSendQueue(store, silentLog)
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    const taken: string[] = []
    for (const lane of ['one', 'two'])
      queue.work(lane, 1, async (ref) => {
        taken.push(`${ref.lane} ${ref.chunk}`)
        await ended
      })
    await queue.add([chunk(1, 'one')])
    await queue.add([chunk(1, 'two'), chunk(2, 'two')])
    await until(() => expect(taken).toEqual(['one 1', 'two 2']))
    end()
    await queue.close()
  })
})
