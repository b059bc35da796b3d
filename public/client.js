// The hub's client: a WebSocket of mail events that resumes where it stopped. For browsers, and Node 22 or later.
//
//   import { connect } from 'https://hub.example.com/client.js'
//   const feed = connect({ token: '…', onEvent: ({ kind, data }) => console.log(kind, data.msg?.email) })
//
// It needs no other file. The types and the meaning of every option stand in client.d.ts.

const BASE_DELAY_MS = 500
const MOST_DELAY_MS = 30_000
/** The hub sends something at least every 30 s: after this much silence the connection is dead, even if the socket says open. */
const SILENCE_MS = 75_000
/** Its first words come with the connection: a proxy that takes it and holds them back passes none. */
const GREETING_MS = 20_000
/** After a connection that lasted this long, the next failure starts from the shortest delay again. */
const STEADY_MS = 10_000
const GOING_AWAY = 1001
const TOO_BUSY = 1013
const FINAL_CODES = new Set([4400, 4401])

/**
 * Half fixed, half random: a thousand clients that were cut off together must not come back together.
 * @param {number} attempt
 */
export function backOff(attempt, random = Math.random) {
  const delay = Math.min(MOST_DELAY_MS, BASE_DELAY_MS * 2 ** Math.min(attempt, 16))
  return Math.round(delay / 2 + (delay / 2) * random())
}

/**
 * The socket's address from whatever someone calls the hub's: http or ws, with or without the path.
 * @param {string | URL} url
 */
export function socketAddress(url = ownOrigin()) {
  const address = new URL(url)
  address.protocol = address.protocol.replace(/^http/, 'ws')
  if (!address.pathname.endsWith('/ws/email')) {
    address.pathname = `${address.pathname.replace(/\/$/, '')}/ws/email`
  }
  return address
}

function ownOrigin() {
  const { protocol, origin } = new URL(import.meta.url)
  if (!protocol.startsWith('http')) throw new TypeError('connect() needs the hub’s url here')
  return origin
}

/** @type {typeof import('./client.d.ts').connect} */
export function connect(options) {
  const address = socketAddress(options.url)
  const Socket = options.WebSocket ?? globalThis.WebSocket
  if (!Socket) throw new TypeError('connect() needs Node 22 or newer, or a WebSocket in its options')
  let filter = pickFilter(options)
  let cursor = options.after
  let ticket = options.ticket
  /** @type {import('./client.d.ts').ConnectionState['state']} */
  let state = 'connecting'
  /** @type {import('./client.d.ts').Socket | undefined} */
  let socket
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  let attempt = 0
  let openedAt = 0
  /** Counts the attempts to connect: whatever arrives from an older one is ignored. */
  let turn = 0

  /** @param {import('./client.d.ts').ConnectionState} next */
  function tell(next) {
    // Always the last step of a change: onState may close or seek, and later steps would undo that.
    state = next.state
    guard(() => options.onState?.(next))
  }

  async function open() {
    const mine = ++turn
    // Starts before there is a socket: waiting for a ticket must not last for ever, either.
    watch()
    tell({ state: 'connecting', attempt })
    if (mine !== turn) return
    try {
      const fresh = await nextTicket()
      // The filter is read after the wait, because it may have been changed meanwhile.
      const query = {
        ...filter,
        campaigns: options.onCampaign && '1',
        setup: options.onSetup && '1',
        after: cursor,
        ticket: fresh,
      }
      if (mine === turn) listen(new Socket(withQuery(address, query)), mine, filter)
    } catch (error) {
      if (mine !== turn) return
      if (error instanceof Refused) stop(4401, error.message)
      else retry(backOff(attempt))
    }
  }

  /** Browsers and Node cannot set a header on a WebSocket, so each connection exchanges the token for a ticket. */
  async function nextTicket() {
    if (options.token) return fetchTicket(address, options.token, options.fetch ?? fetch)
    if (typeof ticket === 'function') return ticket()
    const once = ticket
    ticket = undefined
    return once
  }

  /** @param {import('./client.d.ts').Socket} opened @param {number} mine @param {import('./client.d.ts').Filter} asked */
  function listen(opened, mine, asked) {
    socket = opened
    watch(GREETING_MS)
    opened.addEventListener('open', () => {
      if (mine === turn && asked !== filter) sendFilter()
    })
    // 'close' follows, with all that is known. The listener is needed because `ws` of npm throws an error without one.
    opened.addEventListener('error', () => {})
    opened.addEventListener('message', (message) => {
      if (mine !== turn) return
      watch()
      take(JSON.parse(options.data === false ? withoutData(message.data) : message.data))
    })
    opened.addEventListener('close', ({ code, reason }) => {
      if (mine === turn) closed(code, reason)
    })
  }

  /** @param {import('./client.d.ts').Frame} frame */
  function take(frame) {
    if (frame.type === 'event') {
      // The cursor moves first, so that an event whose handler throws does not come again and again.
      cursor = frame.cursor
      const { type: _type, ...event } = frame
      guard(() => options.onEvent?.(event))
    } else if (frame.type === 'position') {
      const mine = turn
      cursor = frame.cursor
      if (frame.live && state !== 'live') tell({ state: 'live' })
      if (!frame.live && state === 'live') tell({ state: 'catching_up', cursor })
      // After a close or seek in onState, this place is out of date.
      if (mine === turn) guard(() => options.onPosition?.({ cursor: frame.cursor, live: frame.live }))
    } else if (frame.type === 'hello') {
      cursor = frame.cursor
      openedAt = performance.now()
      tell({ state: 'catching_up', cursor })
    } else if (frame.type === 'gap') {
      cursor = frame.to
      guard(() => options.onGap?.({ from: frame.from, to: frame.to, reason: frame.reason }))
    } else if (frame.type === 'campaign') {
      guard(() => options.onCampaign?.(frame.campaign))
    } else if (frame.type === 'setup') {
      guard(() => options.onSetup?.(frame.setup))
    } else if (frame.type === 'error') {
      guard(() => options.onError?.({ code: frame.code, message: frame.message }))
    }
  }

  /** @param {number} code @param {string} reason */
  function closed(code, reason) {
    if (openedAt && performance.now() - openedAt > STEADY_MS) attempt = 0
    openedAt = 0
    if (FINAL_CODES.has(code)) return stop(code, reason)
    // Going away means a restart: the hub is back in a moment. Too busy asks for a longer wait.
    if (code === GOING_AWAY) attempt = 0
    if (code === TOO_BUSY) attempt = Math.max(attempt, 3)
    retry(backOff(attempt), code)
  }

  /** @param {number} delay @param {number} [code] */
  function retry(delay, code) {
    drop()
    attempt += 1
    timer = setTimeout(open, delay)
    tell({ state: 'waiting', attempt, retryInMs: delay, code })
  }

  function retryNow() {
    if (state !== 'waiting') return
    clearTimeout(timer)
    open()
  }

  function watch(limitMs = SILENCE_MS) {
    clearTimeout(timer)
    timer = setTimeout(() => closed(0, 'silence'), limitMs)
  }

  /** Closes the socket, and ignores whatever it still brings. */
  function drop() {
    turn += 1
    clearTimeout(timer)
    socket?.close()
    socket = undefined
  }

  /** @param {number} [code] @param {string} [reason] */
  function stop(code, reason) {
    drop()
    globalThis.removeEventListener?.('online', retryNow)
    if (state !== 'closed') tell({ state: 'closed', code, reason })
  }

  function sendFilter() {
    socket?.send(JSON.stringify({ type: 'filter', ...filter }))
  }

  globalThis.addEventListener?.('online', retryNow)
  // Not at once: onState may use the connection, which the caller gets when connect() returns.
  timer = setTimeout(open)

  return {
    get cursor() {
      return cursor
    },
    get state() {
      return state
    },
    filter(next) {
      filter = pickFilter(next)
      if (socket?.readyState === 1) sendFilter()
    },
    seek(after) {
      if (state === 'closed') return
      drop()
      cursor = after
      open()
    },
    retryNow,
    close: () => stop(),
  }
}

/** The payload comes last in a frame, and inside a JSON string every quote is escaped. @param {string} frame */
function withoutData(frame) {
  const at = frame.indexOf(',"data":')
  return at !== -1 && frame.startsWith('{"type":"event"') ? `${frame.slice(0, at)}}` : frame
}

/** @param {() => void} callback an error that it throws breaks nothing here: it becomes an unhandled rejection */
async function guard(callback) {
  callback()
}

/** The token or ticket is not valid: trying again would change nothing. */
class Refused extends Error {}

/** @param {URL} address @param {string} token @param {typeof fetch} request */
async function fetchTicket(address, token, request) {
  const url = new URL(address.href.replace(/^ws/, 'http').replace(/ws\/email$/, 'api/tickets'))
  const headers = { Authorization: `Bearer ${token}` }
  const response = await request(url, { method: 'POST', headers, signal: AbortSignal.timeout(30_000) })
  if (response.status === 401 || response.status === 403) throw new Refused('The hub refused the token')
  if (!response.ok) throw new Error(`The hub gave no ticket: ${response.status}`)
  /** @type {{ ticket: string }} */
  const { ticket } = await response.json()
  return ticket
}

/** @param {import('./client.d.ts').Filter} options @returns {import('./client.d.ts').Filter} */
function pickFilter({ events, email, tag, campaign }) {
  const chosen = Object.entries({ events, email, tag, campaign })
  return Object.fromEntries(chosen.filter(([, value]) => value !== undefined && value.length > 0))
}

/** @param {URL} address @param {Record<string, string | readonly string[] | undefined>} query */
function withQuery(address, query) {
  const full = new URL(address)
  for (const [name, value] of Object.entries(query)) if (value) full.searchParams.set(name, `${value}`)
  return full
}
