// Every promise of the SendQueue port, as tests that each adapter must pass on a real store.
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ChunkRef } from '../../../src/core/campaigns/ports.ts'
import { breath } from '../../../src/core/pause.ts'
import type { SendQueue } from '../../../src/core/sending/ports.ts'
import { createGate } from '../../support/events/feed-lab.ts'
import { CAMPAIGN, chunk, dieAfter, type SendLab } from '../../support/sending/send-lab.ts'
import { until } from '../../support/eventually.ts'

export function sendQueueContract(openLab: () => Promise<SendLab>): void {
  let lab: SendLab
  beforeEach(async () => void (lab = await openLab()))
  afterEach(() => lab.close())

  /** A worker that remembers, and holds every chunk until it is let go. */
  function startWorker(queue: SendQueue, lane = 'default', width = 4) {
    const taken: ChunkRef[] = []
    const held: { ref: ChunkRef; signal: AbortSignal; finish: () => void; fail: (error: Error) => void }[] =
      []
    const worker = queue.work(lane, width, (ref, signal) => {
      taken.push(ref)
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      held.push({ ref, signal, finish: resolve, fail: reject })
      return promise
    })
    const finishAll = () => held.splice(0).forEach(({ finish }) => finish())
    return { ...worker, taken, held, finishAll, chunks: () => taken.map(({ chunk }) => chunk) }
  }

  test('hands chunks to a worker, in the order they came', async () => {
    const { queue } = lab.open()
    await queue.add([chunk(1), chunk(2), chunk(3)])
    const worker = startWorker(queue)
    await until(() => expect(worker.taken).toEqual([chunk(1), chunk(2), chunk(3)]))
    worker.finishAll()
  })

  test('hands a chunk that comes later to a worker that waits', async () => {
    const { queue } = lab.open()
    const worker = startWorker(queue)
    await queue.add([chunk(1)])
    await until(() => expect(worker.chunks()).toEqual([1]))
    worker.finishAll()
    await queue.add([chunk(2)])
    await until(() => expect(worker.chunks()).toEqual([1, 2]))
    worker.finishAll()
  })

  test('passes over chunks that wait, or are being worked on', async () => {
    const { queue } = lab.open()
    await queue.add([chunk(1), chunk(1)])
    await queue.add([chunk(1)])
    const worker = startWorker(queue)
    await until(() => expect(worker.chunks()).toEqual([1]))
    await queue.add([chunk(1), chunk(2)])
    await until(() => expect(worker.chunks()).toEqual([1, 2]))
    worker.finishAll()
    await queue.add([chunk(3)])
    await until(() => expect(worker.chunks()).toEqual([1, 2, 3]))
    worker.finishAll()
  })

  test('takes a chunk again once it has been worked on', async () => {
    const { queue } = lab.open()
    const worker = startWorker(queue)
    for (const times of [1, 2, 3]) {
      // Until the worker's end is noted the chunk is still passed over.
      await until(async () => {
        await queue.add([chunk(1)])
        expect(worker.taken).toHaveLength(times)
      })
      worker.finishAll()
    }
  })

  test('takes a chunk again whose worker failed', async () => {
    const { queue } = lab.open()
    const worker = startWorker(queue)
    await queue.add([chunk(1)])
    await until(() => expect(worker.held).toHaveLength(1))
    worker.held.splice(0).forEach(({ fail }) => fail(new Error('the database is gone')))
    await until(async () => {
      await queue.add([chunk(1)])
      expect(worker.taken).toHaveLength(2)
    })
    worker.finishAll()
  })

  test('hands out so many at a time and no more', async () => {
    const { queue } = lab.open()
    await queue.add([1, 2, 3, 4, 5].map((number) => chunk(number)))
    const worker = startWorker(queue, 'default', 2)
    await until(() => expect(worker.chunks()).toEqual([1, 2]))
    worker.held.shift()?.finish()
    await until(() => expect(worker.chunks()).toEqual([1, 2, 3]))
    expect(worker.held).toHaveLength(2)
    worker.finishAll()
    await until(() => expect(worker.chunks()).toEqual([1, 2, 3, 4, 5]))
    worker.finishAll()
  })

  test('keeps lanes and campaigns apart', async () => {
    const { queue } = lab.open()
    const another = '01900000-0000-7000-8000-00000000000b'
    await queue.add([chunk(1, 'naver'), chunk(2, 'google'), chunk(1, 'google', another)])
    const [naver, google] = [startWorker(queue, 'naver'), startWorker(queue, 'google')]
    await until(() => expect(naver.taken).toEqual([chunk(1, 'naver', CAMPAIGN)]))
    await until(() => expect(google.taken).toEqual([chunk(2, 'google'), chunk(1, 'google', another)]))
    naver.finishAll()
    google.finishAll()
  })

  test('hands each chunk to one of several workers', async () => {
    const { queue } = lab.open()
    const workers = [startWorker(queue), startWorker(lab.shared ? lab.open().queue : queue)]
    await queue.add(Array.from({ length: 8 }, (_, number) => chunk(number)))
    const all = () => workers.flatMap((worker) => worker.chunks()).sort()
    await until(() => expect(all()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]))
    workers.forEach((worker) => worker.finishAll())
  })

  test('tells a worker that is closed to end, and waits for it', async () => {
    const { queue } = lab.open()
    const gate = createGate()
    const events: string[] = []
    const worker = queue.work('default', 1, async (_ref, signal) => {
      events.push('taken')
      signal.addEventListener('abort', () => events.push('told'))
      await gate.opened
      events.push('ended')
    })
    await queue.add([chunk(1), chunk(2)])
    await until(() => expect(events).toEqual(['taken']))
    const closed = worker.close().then(() => events.push('closed'))
    await until(() => expect(events).toEqual(['taken', 'told']))
    await breath() // who did not wait would be closed by now
    gate.open()
    await closed
    expect(events).toEqual(['taken', 'told', 'ended', 'closed'])
  })

  test('hands a chunk out that waits on a lane nobody works, once it is added to another', async () => {
    const first = lab.open()
    await first.queue.add([chunk(1, 'gone'), chunk(2)])
    await first.close()
    const { queue } = lab.open()
    const worker = startWorker(queue)
    await until(() => expect(worker.taken).toEqual([chunk(2)]))
    await queue.add([chunk(1)])
    await until(() => expect(worker.taken).toEqual([chunk(2), chunk(1)]))
    await queue.add([chunk(1), chunk(3)])
    await until(() => expect(worker.chunks()).toEqual([2, 1, 3]))
    worker.finishAll()
  })

  test('hands chunks on that a closed queue had waiting', async () => {
    const first = lab.open()
    await first.queue.add([chunk(1), chunk(2)])
    await first.close()
    const worker = startWorker(lab.open().queue)
    await until(() => expect(worker.chunks()).toEqual([1, 2]))
    worker.finishAll()
  })

  test('hands a chunk on whose worker was killed, however often', async () => {
    const first = lab.open()
    await first.queue.add([chunk(7)])
    await first.close()
    for (const _ of [1, 2, 3]) expect(await dieAfter(lab, 'take-chunk')).toBe('7')
    const worker = startWorker(lab.open().queue)
    await until(() => expect(worker.chunks()).toEqual([7]))
    worker.finishAll()
  })
}
