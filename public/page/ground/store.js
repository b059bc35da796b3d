// A value that can be watched: what the parts of the page share.

/**
 * @template {object} T
 * @param {T} initial
 * @returns {import('../types.d.ts').Store<T>}
 */
export function createStore(initial) {
  let state = initial
  /** @type {Set<() => void>} */
  const listeners = new Set()
  return {
    get: () => state,
    set(change) {
      state = { ...state, ...change }
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
