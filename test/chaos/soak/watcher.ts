// A socket that lives as real ones do: it comes and goes, reads slowly, filters; and resumes with its last cursor.
import { WebSocket } from 'ws'
import type { Random } from '../../../simulator/random.ts'
import type { Registry } from './registry.ts'

type Habit = 'steady' | 'comes and goes' | 'slow'

/** The query's words, and the same asked of an event, by rules of our own. */
export type Wish = { readonly query: string; matches(data: Readonly<Record<string, unknown>>): boolean }

export type Watcher = {
  readonly name: string
  readonly wish: Wish
  /** Registry numbers, in the order they came. */
  readonly seen: number[]
  readonly problems: string[]
  /** How often a connection was made. */
  connections(): number
  /** Where its reading began. */
  beginning(): string | undefined
  /** From now on it stays and reads as fast as it can. */
  calmDown(): void
  close(): void
}

type WatchOptions = {
  readonly address: string
  readonly token: string
  readonly habit: Habit
  readonly wish: Wish
  readonly after?: string
  readonly registry: Registry
  readonly random: Random
}

type State = {
  ws: WebSocket | undefined
  cursor: string | undefined
  beginning: string | undefined
  connections: number
  habit: Habit
  closed: boolean
  timer: NodeJS.Timeout | undefined
}

export function startWatcher(options: WatchOptions): Watcher {
  const { habit, wish, after, random } = options
  const state: State = {
    ws: undefined,
    cursor: after,
    beginning: after,
    connections: 0,
    habit,
    closed: false,
    timer: undefined,
  }
  const seen: number[] = []
  const problems: string[] = []
  const take = createTaker(state, options.registry, seen, problems)

  const connect = () => {
    if (state.closed) return
    const resume = state.cursor === undefined ? '' : `&after=${state.cursor}`
    const url = `ws://${options.address}/ws/email?${wish.query}${resume}`
    const ws = new WebSocket(url, { headers: { authorization: `Bearer ${options.token}` } })
    state.ws = ws
    ws.on('open', () => {
      state.connections += 1
      misbehave(state, ws, random)
    })
    ws.on('message', take)
    // A hub that is down, or is killed while it answers: 'close' follows, and it is tried again.
    ws.on('error', () => {})
    ws.on('close', (code) => {
      if (code >= 4000) problems.push(`closed with ${code}`)
      setTimeout(connect, random.int(20, 300))
    })
  }
  connect()
  return {
    name: `${habit}${wish.query ? `, ${wish.query}` : ''}`,
    wish,
    seen,
    problems,
    connections: () => state.connections,
    beginning: () => state.beginning,
    calmDown() {
      state.habit = 'steady'
      state.ws?.resume()
    },
    close() {
      state.closed = true
      clearTimeout(state.timer)
      state.ws?.terminate()
    },
  }
}

/** What stands before the event itself, the facts among it. */
const EVENT_HEAD = /^\{"type":"event","cursor":"([^"]+)",.*?,"data":/

function createTaker(state: State, registry: Registry, seen: number[], problems: string[]) {
  return (frame: unknown) => {
    const text = String(frame)
    const head = EVENT_HEAD.exec(text)
    if (head?.[1]) {
      const number = registry.note(head[1], text.slice(head[0].length, -1))
      state.cursor = registry.cursorOf(number)
      seen.push(number)
      return
    }
    const { type, cursor, ...rest } = JSON.parse(text)
    if (type === 'hello') state.beginning ??= cursor
    // A gap or an error is nothing that may happen here: everything that was sent is still kept.
    else if (type !== 'position') problems.push(`${type} ${JSON.stringify(rest)}`)
    state.cursor = cursor ?? state.cursor
  }
}

function misbehave(state: State, ws: WebSocket, random: Random): void {
  clearTimeout(state.timer)
  if (state.habit === 'comes and goes') {
    // Not closed but cut off: what was on its way is lost, and must come again.
    state.timer = setTimeout(() => state.habit !== 'steady' && ws.terminate(), random.int(100, 2_500))
  }
  if (state.habit === 'slow') pauseAgain(state, ws, random)
}

function pauseAgain(state: State, ws: WebSocket, random: Random): void {
  state.timer = setTimeout(
    () => {
      if (state.habit !== 'slow' || ws.readyState !== ws.OPEN) return
      ws.pause()
      state.timer = setTimeout(
        () => {
          ws.resume()
          pauseAgain(state, ws, random)
        },
        random.int(500, 3_000),
      )
    },
    random.int(50, 500),
  )
}
