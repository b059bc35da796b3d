// Metrics of sending: the mails of this process, and the lanes, which all workers share.
import { Counter, Gauge, type Registry } from 'prom-client'
import type { LaneState } from '../../core/sending/ports.ts'
import type { Sending } from '../../core/sending/sending.ts'

type Metrics = Awaited<ReturnType<Sending['metrics']>>

const NOTHING: Metrics = { counts: new Map(), lanes: [], queued: new Map(), chunksInHand: 0 }

/** One scrape reads several metrics: the stores are asked only once. */
const FRESH_MS = 500

export function registerSendingMetrics(sending: Pick<Sending, 'metrics'>, registers: Registry[]): void {
  let asked: { at: number; metrics: Promise<Metrics> } | undefined
  // If a store fails, the other metrics must still be served: the operator needs them most then.
  const read = (): Promise<Metrics> => {
    if (!asked || performance.now() - asked.at > FRESH_MS)
      asked = { at: performance.now(), metrics: sending.metrics().catch(() => NOTHING) }
    return asked.metrics
  }
  const mails = new Counter({
    name: 'mail_event_hub_mails_total',
    help: 'Tries of this process by lane and outcome; in_doubt: claimed by a process that died, sent again unless something came back',
    labelNames: ['lane', 'outcome'],
    registers: [],
    async collect() {
      const { counts } = await read()
      this.reset()
      for (const [lane, outcomes] of counts)
        for (const [outcome, count] of Object.entries(outcomes)) this.inc({ lane, outcome }, count)
    },
  })
  for (const registry of registers) registry.registerMetric(mails)
  const laneGauge = (name: string, help: string, values: (metrics: Metrics) => Iterable<[string, number]>) =>
    new Gauge({
      name: `mail_event_hub_lane_${name}`,
      help,
      labelNames: ['lane'],
      registers,
      async collect() {
        for (const [lane, value] of values(await read())) this.set({ lane }, value)
      },
    })
  const ofEach = (name: string, help: string, read: (lane: LaneState) => number) =>
    laneGauge(name, help, ({ lanes }) => lanes.map((lane) => [lane.name, read(lane)]))
  laneGauge('queued', 'Deliveries of running campaigns that are queued or deferred', ({ queued }) => queued)
  ofEach('per_second', 'Mails a second that the lane allows now', ({ perSecond }) => perSecond)
  ofEach('paused', '1 while a fault of the sender holds the lane', ({ state }) => Number(state === 'paused'))
}
