// An endless, seeded stream of webhook events as Mandrill tells them, with the oddities of real data.
import { createMessage, happen, type Message } from './message.ts'
import { inboundEvent, syncEvent, unknownEvent } from './other-events.ts'
import { phpJson, type JsonObject } from './php-json.ts'
import { createRandom, type Random } from '../random.ts'

export type SimulatedEvent = {
  /** The JSON text, as it will stand in the batch. */
  readonly text: string
  /** Mandrill's word for it: `event`, or `type` in a sync event. */
  readonly word: string
}

/** Where a sender gets its events from. */
export type EventSource = {
  /** Those that are ready to be sent, the next first. */
  take(most: number): readonly SimulatedEvent[]
  /** No other will come. */
  isOver(): boolean
}

type EventOptions = {
  readonly seed: number
  /** Milliseconds since 1970. With the same seed and a clock that tells the same, the events are the same. */
  readonly now: () => number
}

type World = {
  readonly random: Random
  readonly now: () => number
  /** Mails to which something will still happen. */
  readonly messages: Message[]
  /** Events that come late: each with how many others go before it. */
  readonly late: { event: SimulatedEvent; wait: number }[]
}

const MOST_MESSAGES = 400
const MOST_LATE = 100

export function* simulateEvents({ seed, now }: EventOptions): Generator<SimulatedEvent, never, void> {
  const world: World = { random: createRandom(seed), now, messages: [], late: [] }
  while (true) {
    const event = takeLate(world) ?? newEvent(world)
    if (world.late.length < MOST_LATE && world.random.chance(0.04)) {
      world.late.push({ event, wait: world.random.int(1, 200) })
      continue
    }
    yield event
    // A mail program that fetches a picture twice within a second tells the same thing twice.
    if (world.random.chance(0.004)) yield event
  }
}

/** The same as a source: it has always more. */
export function endlessEvents(options: EventOptions): EventSource {
  const events = simulateEvents(options)
  return { take: (most) => Array.from({ length: most }, () => events.next().value), isOver: () => false }
}

function takeLate({ late }: World): SimulatedEvent | undefined {
  for (const waiting of late) waiting.wait -= 1
  const due = late.findIndex((waiting) => waiting.wait <= 0)
  return due === -1 ? undefined : late.splice(due, 1)[0]?.event
}

function newEvent(world: World): SimulatedEvent {
  const { random } = world
  const payload = withOddities(newPayload(world), random)
  const word = String(payload.event ?? payload.type)
  return { text: phpJson(payload, { rawText: random.chance(0.1) }), word }
}

function newPayload(world: World): JsonObject {
  const { random } = world
  const ts = Math.floor(world.now() / 1000)
  const lot = random.next()
  if (lot < 0.015) return syncEvent(random, ts)
  if (lot < 0.02) return inboundEvent(random, ts)
  if (lot < 0.025) return unknownEvent(random, ts)
  const message = someMessage(world, ts)
  const event = message.life.shift() ?? 'send'
  if (message.life.length === 0) world.messages.splice(world.messages.indexOf(message), 1)
  return happen(message, event, ts, random)
}

/** Any mail's turn may come next, so that the lives of many mails are woven into each other. */
function someMessage({ messages, random }: World, ts: number): Message {
  const startsNew = messages.length === 0 || (messages.length < MOST_MESSAGES && random.chance(0.4))
  const running = startsNew ? undefined : messages[random.int(0, messages.length - 1)]
  if (running) return running
  const message = createMessage(random, ts)
  messages.push(message)
  return message
}

/** What real batches hold beside what the docs show. */
function withOddities(payload: JsonObject, random: Random): JsonObject {
  let odd = payload
  if (random.chance(0.03)) odd = { ...odd, ts: String(payload.ts) }
  // The webhook had waited for hours in a queue.
  if (random.chance(0.01)) odd = { ...odd, ts: Number(payload.ts) - random.int(1, 6 * 3600) }
  if (random.chance(0.02)) odd = { ...odd, _id: undefined }
  if (random.chance(0.01)) odd = { ...odd, msg: withoutId(odd.msg), _id: undefined }
  if (random.chance(0.02)) odd = { ...odd, msg: withNulls(odd.msg) }
  if (random.chance(0.02) && odd.location) odd = { ...odd, location: null, user_agent_parsed: null }
  return odd
}

function isMap(value: JsonObject[string]): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function withoutId(message: JsonObject[string]): JsonObject[string] {
  return isMap(message) ? { ...message, _id: undefined } : message
}

function withNulls(message: JsonObject[string]): JsonObject[string] {
  return isMap(message) ? { ...message, subject: null, tags: null, metadata: null } : message
}
