// Gathers what comes one by one, and hands it on together, once a frame and never more often than one can look.

/** Nobody reads faster than this, and each showing costs. */
export const EVERY_MS = 250
export const MOST_GATHERED = 2000

/**
 * @template T
 * @param {object} options
 * @param {(items: T[]) => void} options.handOn
 * @param {() => void} options.onFull so much was gathered that it cannot wait for a frame
 * @param {(task: () => void) => void} [options.schedule]
 */
export function createBatch({ handOn, onFull, schedule = nextFrame }) {
  /** @type {T[]} */
  let items = []
  let scheduled = false
  let last = -EVERY_MS

  function flush() {
    scheduled = false
    if (items.length === 0) return
    last = performance.now()
    const gathered = items
    items = []
    handOn(gathered)
  }

  return {
    /** @param {T} item */
    add(item) {
      items.push(item)
      // A page in the background gets no frames at all: it must stay bounded, too.
      if (items.length >= MOST_GATHERED) return onFull()
      if (scheduled) return
      scheduled = true
      const wait = last + EVERY_MS - performance.now()
      if (wait > 0) setTimeout(() => schedule(flush), wait)
      else schedule(flush)
    },
    flush,
    /** @param {T[]} earlier puts back, before all else, what could not be taken yet */
    putBack(earlier) {
      items = [...earlier, ...items]
    },
    clear() {
      items = []
    },
  }
}

/** @param {() => void} task */
function nextFrame(task) {
  if (document.hidden) setTimeout(task, 250)
  else requestAnimationFrame(task)
}
