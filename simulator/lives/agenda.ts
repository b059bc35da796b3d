// What is to happen, and when: a heap of appointments. It has no clock of its own, so a test moves time as it likes.

export type Agenda = {
  /** Milliseconds since 1970. Of equal instants, what was put in first happens first. */
  add(at: number, act: () => void): void
  /** Does all that is due, in order; also what that puts in, if it is due. */
  run(now: number): void
  size(): number
}

type Entry = { readonly at: number; readonly turn: number; readonly act: () => void }

export function createAgenda(): Agenda {
  const heap: Entry[] = []
  let turn = 0
  return {
    add(at, act) {
      heap.push({ at, turn: (turn += 1), act })
      rise(heap, heap.length - 1)
    },
    run(now) {
      for (let first = heap[0]; first && first.at <= now; first = heap[0]) {
        removeFirst(heap)
        first.act()
      }
    },
    size: () => heap.length,
  }
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.turn < b.turn)

function rise(heap: Entry[], from: number): void {
  for (let at = from; at > 0;) {
    const above = (at - 1) >> 1
    if (!swapIf(heap, at, above)) return
    at = above
  }
}

function removeFirst(heap: Entry[]): void {
  const last = heap.pop()
  if (!last || heap.length === 0) return
  heap[0] = last
  for (let at = 0; ;) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]]
    const lower = right && left && isBefore(right, left) ? 2 * at + 2 : 2 * at + 1
    if (!left || !swapIf(heap, lower, at)) return
    at = lower
  }
}

/** Swaps the two where the lower one is due before the upper one. */
function swapIf(heap: Entry[], lower: number, upper: number): boolean {
  const [a, b] = [heap[lower], heap[upper]]
  if (!a || !b || !isBefore(a, b)) return false
  heap[lower] = b
  heap[upper] = a
  return true
}
