// Where a proxy lets no WebSocket through: the hub is asked every few seconds. The socket is tried all the same.
/** @import { ConnectionState } from '../../../client.d.ts' */

const POLL_MS = 5000
/** The second question follows soon: whether a socket comes through while the hub answers is known then. */
const SURE_MS = 1500
/** Before that a lost connection is just one that comes back. */
const TRIES = 2
const TOO_BUSY = 1013

/**
 * @param {object} deps
 * @param {() => Promise<void>} deps.read asks for what is new
 * @param {(polls: boolean) => void} deps.onState true: the hub answers, and no socket comes through
 * @param {() => void} deps.tryNow connects at once, as the hub has just answered
 */
export function createPolling({ read, onState, tryNow }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  let running = false
  let answers = 0

  async function ask() {
    try {
      await read()
      if (!running) return
      answers += 1
      if (answers === 1) tryNow()
      else onState(true)
    } catch {
      if (!running) return
      answers = 0
      onState(false)
    }
    timer = setTimeout(ask, answers === 1 ? SURE_MS : POLL_MS)
  }

  function stop() {
    running = false
    answers = 0
    clearTimeout(timer)
    onState(false)
  }

  return {
    stop,
    /** @param {ConnectionState} state */
    follow(state) {
      if (state.state === 'connecting' || state.state === 'waiting') {
        const lost = state.attempt >= TRIES && !(state.state === 'waiting' && state.code === TOO_BUSY)
        if (!lost || running) return
        running = true
        ask()
      } else if (running) stop()
    },
  }
}
