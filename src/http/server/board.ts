// What changes, for the sockets that ask for it: looked up for all of them together, only while somebody looks on.
import type { Log } from '../../core/log.ts'

type Onlooker = {
  /** False while there is no room: it is given the newest state of each thing later. */
  hasRoom(): boolean
  write(frames: Buffer): void
}

export type Board = {
  /** Gives everything as it is, and again whenever it has changed. The end of it is given back. */
  join(onlooker: Onlooker): () => void
  close(): void
}

type BoardOptions = {
  /** Named in the log when it cannot be looked up. */
  readonly what: string
  /** A frame of each thing, the very same while it is as it was; and after how long to look again. */
  readonly look: () => Promise<{ readonly frames: ReadonlyMap<string, Buffer>; readonly waitMs: number }>
  readonly log: Log
}

const AFTER_TROUBLE_MS = 2_000

export function openBoard({ what, look, log }: BoardOptions): Board {
  let shown: ReadonlyMap<string, Buffer> = new Map()
  /** What each has still to be given. */
  const onlookers = new Map<Onlooker, Set<string>>()
  let looking = false
  let troubled = false

  function show(frames: ReadonlyMap<string, Buffer>): void {
    for (const [id, frame] of frames)
      if (frame !== shown.get(id)) for (const pending of onlookers.values()) pending.add(id)
    shown = frames
  }

  function give(): void {
    for (const [onlooker, pending] of onlookers) {
      if (pending.size === 0 || !onlooker.hasRoom()) continue
      const frames = [...pending].flatMap((id) => shown.get(id) ?? [])
      pending.clear()
      if (frames.length > 0) onlooker.write(Buffer.concat(frames))
    }
  }

  async function keepLooking(): Promise<void> {
    if (looking) return
    looking = true
    while (onlookers.size > 0) {
      let pauseMs = AFTER_TROUBLE_MS
      try {
        const { frames, waitMs } = await look()
        pauseMs = waitMs
        troubled = false
        show(frames)
        give()
      } catch (err) {
        if (!troubled) log.warn({ err }, `${what} cannot be read`)
        troubled = true
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs).unref())
    }
    shown = new Map()
    looking = false
  }

  return {
    join(onlooker) {
      onlookers.set(onlooker, new Set(shown.keys()))
      void keepLooking()
      return () => void onlookers.delete(onlooker)
    },
    close: () => onlookers.clear(),
  }
}
