// The connections of a mailer: how many at once, which one is used next, and when one is closed.
import type { SendResult } from '../../../core/sending/ports.ts'
import { openSession, type Deadline, type Envelope, type Session } from './session.ts'
import type { SmtpServer } from './url.ts'

export type Limits = {
  /** For one mail, from waiting for a connection until all of it has been handed over. */
  readonly sendMs: number
  /**
   * From there to the server's answer. Giving up too early would send an accepted mail again: RFC 5321, section 4.5.3.2.6, asks
   * for ten minutes. Here it is two, since the other mails of the chunk that become due have to wait.
   */
  readonly answerMs: number
  readonly idleMs: number
  readonly mailsPerConnection: number
}

type Idle = { readonly session: Session; readonly since: number }

const CLOSED: SendResult = { kind: 'unreachable', response: 'the mailer is closed' }
const CROWDED: SendResult = { kind: 'unreachable', response: 'no connection became free in time' }

export function openSessions(server: SmtpServer, most: number, limits: Limits) {
  const idle = keepIdle(limits)
  const places = createPlaces(most)
  let closed = false

  async function sendOn(session: Session, ...args: Parameters<Session['send']>): Promise<SendResult> {
    const result = await session.send(...args)
    idle.put(session)
    return result
  }

  async function sendOnNew(...args: Parameters<Session['send']>): Promise<SendResult> {
    const opened = await openSession(server, args[2])
    return 'send' in opened ? sendOn(opened, ...args) : opened
  }

  async function send(envelope: Envelope, mail: Buffer, deadline: Deadline): Promise<SendResult> {
    const session = idle.take()
    if (!session) return sendOnNew(envelope, mail, deadline)
    const result = await sendOn(session, envelope, mail, deadline)
    // The server may just have closed the idle connection, which says nothing about this mail.
    const notAccepted =
      result.kind === 'unreachable' ? result.lost !== 'in doubt' : result.kind === 'deferred'
    const isStale = !session.isOpen() && notAccepted && !deadline.late
    return isStale ? sendOnNew(envelope, mail, deadline) : result
  }

  return {
    /** `write` makes the mail, once there is a place for it. */
    async send(envelope: Envelope, write: () => Promise<Buffer>, deadline: Deadline): Promise<SendResult> {
      if (closed) return CLOSED
      if (!(await places.take(deadline))) return CROWDED
      try {
        return await send(envelope, await write(), deadline)
      } finally {
        places.free()
      }
    },
    async close(): Promise<void> {
      closed = true
      await places.empty()
      idle.close()
    },
  }
}

/** Idle connections: kept for a while, and until they have carried so many mails. */
function keepIdle({ idleMs, mailsPerConnection }: Limits) {
  const idle: Idle[] = []
  const sweeper = setInterval(() => sweep(performance.now() - idleMs), idleMs / 4)
  sweeper.unref()

  function sweep(before: number): void {
    for (let first = idle[0]; first && first.since <= before; first = idle[0]) {
      idle.shift()
      if (first.session.isOpen()) first.session.quit()
    }
  }

  return {
    /** The one that was used last, so that the others can expire. */
    take(): Session | undefined {
      for (let next = idle.pop(); next; next = idle.pop()) if (next.session.isOpen()) return next.session
      return undefined
    },
    put(session: Session): void {
      if (!session.isOpen()) return
      if (session.used >= mailsPerConnection) session.quit()
      else idle.push({ session, since: performance.now() })
    },
    close(): void {
      clearInterval(sweeper)
      sweep(Infinity)
    },
  }
}

/** Limits how many use a connection at the same time; the others wait for a place. */
function createPlaces(most: number) {
  const waiting = new Set<(granted: boolean) => void>()
  let taken = 0
  let whenEmpty = () => {}
  return {
    /** False if the deadline comes first. */
    take(deadline: Deadline): Promise<boolean> | true {
      if (taken < most) {
        taken++
        return true
      }
      return new Promise((resolve) => {
        waiting.add(resolve)
        deadline.whenLate(() => {
          waiting.delete(resolve)
          resolve(false)
        })
      })
    },
    free(): void {
      const [next] = waiting
      if (next) {
        waiting.delete(next)
        next(true)
      } else if (--taken === 0) whenEmpty()
    },
    empty: (): Promise<void> =>
      new Promise((resolve) => {
        whenEmpty = resolve
        if (taken === 0) resolve()
      }),
  }
}
