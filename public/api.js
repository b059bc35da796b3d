// The hub's REST calls, as the page uses them. One that says "not signed in" is told to the page as a whole.
/** @import { EventsPage, Filter, Message, Quarantine, Session, Setup, Stats } from './types.d.ts' */
import { queryOf } from './model/filter.js'

export class ApiError extends Error {
  /** @param {number} status 0 = the hub was not reached @param {string} code @param {string} message */
  constructor(status, code, message) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
  }
}

/**
 * @param {object} [options]
 * @param {typeof fetch} [options.request]
 * @param {() => void} [options.onSignedOut]
 */
export function createApi({ request = (...args) => fetch(...args), onSignedOut = () => {} } = {}) {
  /** The server's clock less this machine's: ages must not depend on how well a laptop keeps the time. */
  let ahead = 0

  /** @param {string} method @param {string} path @param {unknown} [body] */
  async function call(method, path, body) {
    const response = await reach(method, path, body)
    const date = Date.parse(response.headers.get('date') ?? '')
    // The header has whole seconds: a difference below that is none.
    if (Number.isFinite(date)) ahead = Math.abs(date - Date.now()) < 2000 ? 0 : date - Date.now()
    const answer = response.status === 204 ? null : await response.json().catch(() => null)
    if (response.ok) return answer
    const { code, message } = answer?.error ?? { code: '', message: `The hub answered ${response.status}` }
    if (response.status === 401 && path !== '/api/session') onSignedOut()
    throw new ApiError(response.status, code, message)
  }

  /** @param {string} method @param {string} path @param {unknown} body */
  async function reach(method, path, body) {
    const headers = new Headers(body === undefined ? {} : { 'content-type': 'application/json' })
    try {
      return await request(path, { method, headers, body: body === undefined ? null : JSON.stringify(body) })
    } catch {
      throw new ApiError(0, 'unreachable', 'The hub cannot be reached')
    }
  }

  return {
    now: () => Date.now() + ahead,
    session: () => /** @type {Promise<Session>} */ (call('GET', '/api/session')),
    /** @param {string} token */
    signIn: (token) => /** @type {Promise<Session>} */ (call('POST', '/api/session', { token })),
    signOut: () => call('DELETE', '/api/session'),
    /** @param {Filter} filter @param {{ limit: number, before?: string, after?: string }} page */
    events(filter, { limit, before, after }) {
      const query = {
        ...queryOf(filter),
        limit: String(limit),
        ...(before && { before }),
        ...(after && { after }),
      }
      return /** @type {Promise<EventsPage>} */ (call('GET', `/api/events?${new URLSearchParams(query)}`))
    },
    /** @param {string} id */
    message: (id) => /** @type {Promise<Message>} */ (call('GET', `/api/messages/${encodeURIComponent(id)}`)),
    /** @param {number} minutes */
    stats: (minutes) => /** @type {Promise<Stats>} */ (call('GET', `/api/stats?minutes=${minutes}`)),
    setup: () => /** @type {Promise<Setup>} */ (call('GET', '/api/setup')),
    sendSample: () => call('POST', '/api/sample'),
    quarantine: () => /** @type {Promise<Quarantine>} */ (call('GET', '/api/quarantine')),
    /** @param {string} id */
    replay: (id) =>
      /** @type {Promise<{ accepted: number }>} */ (
        call('POST', `/api/quarantine/${encodeURIComponent(id)}/replay`)
      ),
  }
}

/** @typedef {ReturnType<typeof createApi>} Api */
