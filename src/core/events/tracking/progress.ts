// The position of tracking, and the callers who wait for it to advance.
import { BEGINNING, compareCursors, type Cursor } from '../cursor.ts'

export type Progress = ReturnType<typeof createProgress>

type Waiting = { readonly cursor: Cursor; readonly finish: (reached: boolean) => void }

export function createProgress() {
  let position = BEGINNING
  let head = BEGINNING
  const waiting = new Set<Waiting>()

  return {
    position: () => position,
    moveTo(cursor: Cursor): void {
      position = cursor
      for (const { cursor: wanted, finish } of waiting)
        if (compareCursors(position, wanted) >= 0) finish(true)
    },
    headAt(cursor: Cursor): void {
      head = cursor
    },
    // A new life of the feed continues the sequence, so a subtraction counts the events in between.
    lag: () => Math.max(0, head.seq - position.seq),
    /** Whether somebody waits. */
    wanted: () => waiting.size > 0,
    reached(cursor: Cursor, timeoutMs: number): Promise<boolean> {
      if (compareCursors(position, cursor) >= 0) return Promise.resolve(true)
      return new Promise((resolve) => {
        const timer = setTimeout(() => finish(false), timeoutMs)
        const entry = { cursor, finish }
        waiting.add(entry)
        function finish(reached: boolean): void {
          clearTimeout(timer)
          waiting.delete(entry)
          resolve(reached)
        }
      })
    },
    giveUp(): void {
      for (const { finish } of waiting) finish(false)
    },
  }
}
