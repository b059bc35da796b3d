// Pushes a changing state to the sockets that ask for it: looked up once for all of them, and only while there are any.
import type { Log } from '../../core/log.ts'

type Viewer = {
  /** False while there is no room: it gets the newest state of each thing later. */
  hasRoom(): boolean
  write(frames: Buffer): void
}

export type Board = {
  /** Sends everything now, and each thing again when it changes. Returns how to end that. */
  join(viewer: Viewer): () => void
  close(): void
}

type BoardOptions = {
  /** Its name in the log. */
  readonly what: string
  /** A frame for each thing (the very same one while it is unchanged), and when to look again. */
  readonly look: () => Promise<{ readonly frames: ReadonlyMap<string, Buffer>; readonly waitMs: number }>
  readonly log: Log
}

const AFTER_TROUBLE_MS = 2_000

export function openBoard({ what, look, log }: BoardOptions): Board {
  let shown: ReadonlyMap<string, Buffer> = new Map()
  /** By viewer: the things it has still to be sent. */
  const viewers = new Map<Viewer, Set<string>>()
  let looking = false
  let troubled = false

  function show(frames: ReadonlyMap<string, Buffer>): void {
    for (const [id, frame] of frames)
      if (frame !== shown.get(id)) for (const pending of viewers.values()) pending.add(id)
    shown = frames
  }

  function send(): void {
    for (const [viewer, pending] of viewers) {
      if (pending.size === 0 || !viewer.hasRoom()) continue
      const frames = [...pending].flatMap((id) => shown.get(id) ?? [])
      pending.clear()
      if (frames.length > 0) viewer.write(Buffer.concat(frames))
    }
  }

  async function keepLooking(): Promise<void> {
    if (looking) return
    looking = true
    while (viewers.size > 0) {
      let pauseMs = AFTER_TROUBLE_MS
      try {
        const { frames, waitMs } = await look()
        pauseMs = waitMs
        troubled = false
        show(frames)
        send()
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
    join(viewer) {
      viewers.set(viewer, new Set(shown.keys()))
      void keepLooking()
      return () => void viewers.delete(viewer)
    },
    close: () => viewers.clear(),
  }
}
