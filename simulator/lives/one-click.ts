// Subscribers who use the button of their mail program: one POST to the hub, by the link in the mail's header (RFC 8058).
import { setTimeout as sleep } from 'node:timers/promises'

export type OneClick = {
  /** Posts until it is answered. `done` is told whether the hub knew the link. */
  press(url: string, done: (known: boolean) => void): void
  /** Not answered yet. */
  underway(): number
  /** Waits for posts that are under way, and makes no other try. */
  close(): Promise<void>
}

type OneClickOptions = {
  readonly retryMs: number
  readonly timeoutMs?: number
}

export function createOneClick({ retryMs, timeoutMs = 10_000 }: OneClickOptions): OneClick {
  const stop = new AbortController()
  const pressing = new Set<Promise<void>>()

  async function post(url: string): Promise<number> {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
        signal: AbortSignal.timeout(timeoutMs),
      })
      await answer.text()
      return answer.status
    } catch {
      return 0
    }
  }

  async function untilAnswered(url: string, done: (known: boolean) => void): Promise<void> {
    while (!stop.signal.aborted) {
      const status = await post(url)
      if (status === 200 || status === 404) return done(status === 200)
      await sleep(retryMs, undefined, { signal: stop.signal }).catch(() => {})
    }
  }

  return {
    press(url, done) {
      const pressed = untilAnswered(url, done).finally(() => pressing.delete(pressed))
      pressing.add(pressed)
    },
    underway: () => pressing.size,
    async close() {
      stop.abort()
      await Promise.all(pressing)
    },
  }
}
