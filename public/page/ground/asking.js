// One way of asking: an answer is asked for, here, old since its last time, or not to be had: why, and again by itself.
/** @import { Answer, Clock } from '../types.d.ts' */
import { ApiError, UNREADABLE } from './api.js'
import { createStore } from './store.js'

const FIRST_RETRY_MS = 2000
const LAST_RETRY_MS = 30_000

/** @type {Answer<never>} */
const BEFORE = Object.freeze({
  state: 'asking',
  value: undefined,
  at: null,
  problem: '',
  final: false,
  missing: false,
  code: '',
})

/** The words of whatever was thrown. @param {unknown} error */
export function problemOf(error) {
  // What was read is not what was expected: what JavaScript says of that is not for people.
  if (error instanceof TypeError) return UNREADABLE
  return error instanceof Error ? error.message : String(error)
}

/**
 * Why something was not done, after what that comes to (“Not sent”). Without the hub's own word nobody knows: it may have been.
 * @param {unknown} error @param {string} [what]
 */
export function undoneOf(error, what = '') {
  const isLost = error instanceof ApiError && error.code === '' && error.status >= 500
  const isUnsure = error instanceof TypeError || isLost || (error instanceof ApiError && error.status === 0)
  const before = isUnsure ? `Perhaps ${(what || 'Not done').toLowerCase()}` : what
  return before ? `${before}: ${problemOf(error)}` : problemOf(error)
}

/** @param {unknown} error */
const statusOf = (error) => (error instanceof Error && 'status' in error ? Number(error.status) : 0)

/** The hub has understood, and will answer the same again. @param {unknown} error */
export function isFinal(error) {
  const status = statusOf(error)
  return status >= 400 && status < 500 && status !== 408 && status !== 429
}

/** Why an answer could not be had. @param {unknown} error */
export function failureOf(error) {
  if (error instanceof TypeError) console.error(error)
  const code = error instanceof ApiError ? error.code : ''
  return { problem: problemOf(error), final: isFinal(error), missing: statusOf(error) === 404, code }
}

/**
 * Does something again, later and later, until it is told that all went well.
 * @param {() => void} again
 */
export function createRetry(again) {
  let tries = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  return {
    get waits() {
      return timer !== undefined
    },
    /** @param {unknown} [error] may say for how long */
    later(error) {
      clearTimeout(timer)
      const asked = error instanceof ApiError ? error.waitMs : 0
      const wait = Math.max(asked, Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** tries))
      timer = setTimeout(() => this.now(), wait)
      tries += 1
    },
    now() {
      this.cancel()
      again()
    },
    worked() {
      tries = 0
      this.cancel()
    },
    cancel() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}

/** @param {{ clock: Clock }} deps */
export function createAsking({ clock }) {
  /** Told when the hub was reached again, and when the page is looked at again. @type {Set<() => void>} */
  const sleepers = new Set()

  /**
   * @template T
   * @param {(signal: AbortSignal) => Promise<T>} read
   * @param {{ everyMs?: number }} [how] again and again, while somebody looks
   */
  function question(read, { everyMs } = {}) {
    const store = createStore(/** @type {Answer<T>} */ (BEFORE))
    const retry = createRetry(ask)
    /** @type {AbortController | undefined} */
    let asked
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer
    let due = false

    async function ask() {
      asked?.abort()
      const mine = (asked = new AbortController())
      due = false
      clearTimeout(timer)
      retry.cancel()
      sleepers.add(wake)
      try {
        const value = await read(mine.signal)
        if (mine !== asked) return
        return here(value)
      } catch (error) {
        if (mine !== asked) return
        const { value } = store.get()
        const failure = failureOf(error)
        store.set({ state: value === undefined ? 'failed' : 'old', ...failure })
        if (!failure.final) return retry.later(error)
      }
      askLater()
    }

    /** @param {T} value */
    function here(value) {
      retry.worked()
      store.set({ state: 'here', value, at: clock(), problem: '', final: false, missing: false, code: '' })
      askLater()
    }

    function askLater() {
      clearTimeout(timer)
      if (everyMs) timer = setTimeout(askWhenSeen, everyMs)
    }

    function askWhenSeen() {
      if (document.hidden) due = true
      else ask()
    }

    function wake() {
      if (due || retry.waits) ask()
    }

    function close() {
      asked?.abort()
      asked = undefined
      clearTimeout(timer)
      retry.cancel()
      sleepers.delete(wake)
    }

    return {
      store,
      ask,
      close,
      /** What is known without asking: the answer to a change, or what was pushed. @param {T} value */
      put(value) {
        asked?.abort()
        asked = undefined
        here(value)
      },
    }
  }

  return {
    question,
    /** By the hub's clock, as all times are. */
    clock,
    /** @param {() => void} wake @returns {() => void} takes it away again */
    onWake(wake) {
      sleepers.add(wake)
      return () => sleepers.delete(wake)
    },
    /** The hub is there again: whoever waits for its next try need not wait. */
    wake() {
      for (const wake of sleepers) wake()
    },
  }
}

/** @typedef {ReturnType<typeof createAsking>} Asking */
/** @template T @typedef {{ store: import('../types.d.ts').Store<Answer<T>>, ask: () => Promise<void>, close: () => void, put: (value: T) => void }} Question */
