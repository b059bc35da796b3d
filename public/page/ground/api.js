// The hub's REST calls. Each has a time limit; one that says "not signed in" is told to the page as a whole.
/** @import { EventsPage, Message, Quarantine, Session, Setup, Stats } from '../types.d.ts' */

const LIMIT_MS = 15_000
/** Whoever is asked to wait for longer tries after that all the same. */
const LONGEST_WAIT_MS = 300_000
/** Said of an answer that lacks what was asked for. */
export const UNREADABLE = 'The answer could not be read'

export class ApiError extends Error {
  /** @param {number} status 0 = the hub was not reached @param {string} code @param {string} message @param {unknown} [details] */
  constructor(status, code, message, details) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.details = details
    /** So long one is asked to wait before the next try. */
    this.waitMs = 0
  }
}

/**
 * @typedef {Readonly<Record<string, unknown>>} Query what is undefined, null or empty is left out
 */
/**
 * @typedef {object} CallOptions
 * @property {Query} [query]
 * @property {unknown} [body] JSON, or a Blob or FormData as it is
 * @property {Readonly<Record<string, string>>} [headers]
 * @property {AbortSignal} [signal]
 * @property {number} [limitMs] 0: it may take as long as it takes
 * @property {string} [has] an answer without this cannot be read
 */

/**
 * @param {object} [options]
 * @param {typeof fetch} [options.request]
 * @param {() => void} [options.onSignedOut]
 * @param {() => void} [options.onReached] the hub answers again, after it was not reached
 */
export function createApi({ request = (...args) => fetch(...args), onSignedOut, onReached } = {}) {
  /** The server's clock less this machine's: ages must not depend on how well a laptop keeps the time. */
  let ahead = 0
  let reached = true

  /**
   * @template T
   * @param {string} method
   * @param {string} path
   * @param {CallOptions} [options]
   * @returns {Promise<T>}
   */
  async function call(method, path, options = {}) {
    const response = await reach(method, path, options)
    const date = Date.parse(response.headers.get('date') ?? '')
    // The header has whole seconds: a difference below that is none.
    if (Number.isFinite(date)) ahead = Math.abs(date - Date.now()) < 2000 ? 0 : date - Date.now()
    if (response.status === 204) return /** @type {T} */ (null)
    if (response.ok) return told(await read(response), options.has)
    const error = await refused(path, response)
    // Gone already, perhaps by a first try whose answer was lost: so it should be.
    if (method === 'DELETE' && error.status === 404 && error.code !== '') return /** @type {T} */ (null)
    throw error
  }

  /** @param {string} path @param {Response} response */
  async function refused(path, response) {
    const { status, headers } = response
    const { code, message, details } = (await read(response))?.error ?? {}
    if (status === 401 && path !== '/api/session') onSignedOut?.()
    const error = new ApiError(status, code ?? '', message ?? `The hub answered ${status}`, details)
    const seconds = status === 429 ? Number(headers.get('retry-after')) || 0 : 0
    error.waitMs = Math.min(LONGEST_WAIT_MS, seconds * 1000)
    return error
  }

  /** @param {string} method @param {string} path @param {CallOptions} options */
  async function reach(method, path, { query, body, headers, signal, limitMs = LIMIT_MS }) {
    const plain = body === undefined || body instanceof Blob || body instanceof FormData
    const signals = [signal, limitMs > 0 && AbortSignal.timeout(limitMs)].filter(
      (one) => one instanceof AbortSignal,
    )
    try {
      const response = await request(path + searchOf(query), {
        method,
        headers: new Headers({ ...(!plain && { 'content-type': 'application/json' }), ...headers }),
        body: plain ? (body ?? null) : JSON.stringify(body),
        signal: AbortSignal.any(signals),
      })
      if (!reached) onReached?.()
      reached = true
      return response
    } catch (error) {
      if (signal?.aborted) throw error
      reached = false
      throw unreached(error)
    }
  }

  /** An answer that is cut off had begun: the hub was reached. @param {Response} response */
  async function read(response) {
    try {
      return await response.json()
    } catch (error) {
      if (error instanceof SyntaxError) return null
      throw unreached(error)
    }
  }

  /** @template T @param {T} answer no object: no JSON, mostly of a proxy that answers in the hub's place @param {string} [has] */
  function told(answer, has) {
    if (answer === null || typeof answer !== 'object') throw unreadable()
    if (has !== undefined && !(has in answer)) throw unreadable(UNREADABLE)
    return answer
  }

  function unreadable(message = 'The answer did not come from the hub') {
    return new ApiError(0, 'unreadable', message)
  }

  /** @param {unknown} error */
  function unreached(error) {
    const slow = error instanceof DOMException && error.name === 'TimeoutError'
    return slow
      ? new ApiError(0, 'slow', 'The hub does not answer')
      : new ApiError(0, 'unreachable', 'The hub cannot be reached')
  }

  /** An answer of any size, as soon as it has begun. @param {string} path @param {string} type @param {CallOptions} [options] */
  async function begun(path, type, options = {}) {
    const response = await reach('GET', path, { ...options, headers: { accept: type } })
    if (!response.ok || !response.body) throw await refused(path, response)
    if (!response.headers.get('content-type')?.startsWith(type)) throw unreadable()
    return response.body
  }

  /** @template T @param {string} path @param {CallOptions} [options] @returns {Promise<T>} */
  const get = (path, options) => call('GET', path, options)
  /** @template T @param {string} path @param {unknown} [body] @param {CallOptions} [options] @returns {Promise<T>} */
  const post = (path, body, options) => call('POST', path, { body, ...options })

  return {
    now: () => Date.now() + ahead,
    /** The last call was answered, be it by a refusal. */
    isReached: () => reached,
    signedOut: () => onSignedOut?.(),
    call,
    /** The answer as it is, whatever its status. @param {string} path @param {CallOptions} [options] */
    fetch: (path, options = {}) => reach('GET', path, options),
    get,
    post,
    begun,
    /**
     * The beginning of a JSON text that may be large: the rest is not waited for.
     * @param {string} path @param {number} most bytes, or a few more @param {AbortSignal} [signal]
     * @returns {Promise<{ text: string, isWhole: boolean }>}
     */
    async beginning(path, most, signal) {
      const body = await begun(path, 'application/json', { signal })
      let text = ''
      const reader = body.pipeThrough(new TextDecoderStream()).getReader()
      for (;;) {
        const { done, value } = await reader.read().catch((error) => Promise.reject(unreached(error)))
        if (done) return { text, isWhole: true }
        text += value
        if (text.length < most) continue
        reader.cancel()
        return { text: text.slice(0, most), isWhole: false }
      }
    },
    session: () => /** @type {Promise<Session>} */ (get('/api/session', { has: 'signed_in' })),
    /** @param {string} token */
    signIn: (token) => /** @type {Promise<Session>} */ (post('/api/session', { token }, { has: 'auth' })),
    signOut: () => call('DELETE', '/api/session'),
    /** @param {Query} query @param {AbortSignal} [signal] */
    events: (query, signal) =>
      /** @type {Promise<EventsPage>} */ (get('/api/events', { query: { ...query, data: false }, signal })),
    /** @param {string} id @param {AbortSignal} [signal] */
    message: (id, signal) =>
      /** @type {Promise<Message>} */ (
        get(`/api/messages/${encodeURIComponent(id)}`, { query: { data: false }, signal })
      ),
    /** Counts per kind and step of time, which is in seconds. @param {Query} query @param {AbortSignal} [signal] */
    stats: (query, signal) => /** @type {Promise<Stats>} */ (get('/api/stats', { query, signal })),
    /** @param {AbortSignal} [signal] */
    setup: (signal) => /** @type {Promise<Setup>} */ (get('/api/setup', { signal, has: 'history' })),
    sendSample: () => post('/api/sample'),
    /** @param {AbortSignal} [signal] @param {Query} [query] */
    quarantine: (signal, query) =>
      /** @type {Promise<Quarantine>} */ (
        get('/api/quarantine', { query: { limit: 100, ...query }, signal, has: 'quarantine' })
      ),
    /** @param {string} id */
    replay: (id) =>
      /** @type {Promise<{ accepted: number }>} */ (post(`/api/quarantine/${encodeURIComponent(id)}/replay`)),
  }
}

/** @param {Query} [query] */
export function searchOf(query = {}) {
  const given = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  )
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  // A comma is allowed in a query (RFC 3986, section 3.4), and reads better than %2C.
  return search && `?${search.replaceAll('%2C', ',').replaceAll('%40', '@')}`
}

/** @typedef {ReturnType<typeof createApi>} Api */
