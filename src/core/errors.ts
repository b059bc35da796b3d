// Every error that clients can see: one table of codes, each with its status and a plain sentence.

const ERRORS = {
  'request.invalid': [400, 'The request is not valid'],
  'request.bad_cursor': [400, 'This is not a cursor'],
  'request.unknown_event': [400, 'This is not a kind of event'],
  'request.too_large': [413, 'The body is too large'],
  'request.unsupported_media_type': [415, 'This content type is not supported'],
  'request.too_many': [429, 'Too many requests: try again later'],
  'request.not_found': [404, 'There is nothing at this address'],
  'request.wrong_method': [405, 'This address does not take this method'],
  'request.headers_too_large': [431, 'The address and the headers are too large'],
  'request.expectation': [417, 'Only `Expect: 100-continue` is supported'],
  'request.timeout': [408, 'The request took too long to arrive'],
  'request.upgrade_required': [426, 'This address speaks WebSocket: connect with an Upgrade'],
  'access.unauthorized': [401, 'Sign in, or send the API token in the Authorization header'],
  'access.bad_token': [401, 'The token is wrong'],
  'access.foreign_origin': [403, 'This web origin may not use the hub: add it to ALLOWED_ORIGINS'],
  'access.foreign_host': [403, 'With AUTH=off the hub answers only to a loopback Host'],
  'hook.no_field': [400, 'The body has no field mandrill_events'],
  'hook.no_key': [
    503,
    'No webhook key is set yet: put the key that Mandrill shows into MANDRILL_WEBHOOK_KEYS',
  ],
  'hook.bad_signature': [401, 'The signature is missing, or does not match the body, the URL and the key'],
  'hook.too_many_events': [413, 'A batch may hold at most 10,000 events'],
  'feed.unavailable': [503, 'The event store cannot be reached'],
  'feed.full': [503, 'The event store is full of events that are not in the history yet'],
  'archive.unavailable': [503, 'The database cannot be reached'],
  'archive.too_large': [413, 'This is larger than the database accepts at once: see its max_allowed_packet'],
  'archive.behind': [503, 'The history has not caught up yet'],
  'archive.conflict': [500, 'Another process has moved the tracking position'],
  'sending.unavailable': [503, 'The send queue cannot be reached'],
  'reconcile.no_key': [409, 'Set MANDRILL_API_KEY: the hub needs it to ask Mandrill for its counts'],
  'reconcile.unavailable': [502, 'Mandrill did not answer'],
  'stats.too_many': [
    400,
    'This would count more than a million events: ask for a shorter time, or for whole minutes and no filter but kind, campaign or subaccount',
  ],
  'event.not_found': [404, 'There is no event at this cursor'],
  'message.not_found': [404, 'There is no event of this message'],
  'quarantine.not_found': [404, 'There is no such entry in quarantine'],
  'quarantine.unreadable': [409, 'This entry still cannot be read as an event'],
  'campaign.not_found': [404, 'There is no such campaign'],
  'campaign.wrong_state': [409, 'The state of the campaign does not allow this'],
  'campaign.idempotency_conflict': [409, 'This Idempotency-Key was used before with another request'],
  'campaign.test_failed': [502, 'The mail server did not accept the test mail'],
  'campaign.bad_placeholder': [400, 'A placeholder cannot be filled in'],
  'campaign.sender_not_set_up': [409, 'Nobody could open the links in these mails or answer them'],
  'lane.not_found': [404, 'There is no such lane: see MAIL_LANES'],
  'subscriber.not_found': [404, 'There is no such subscriber'],
  'subscriber.exists': [409, 'This address is subscribed already'],
  'subscriber.suppressed': [409, 'This address is suppressed: nothing may be sent to it'],
  'subscriber.unsubscribed': [409, 'This address is unsubscribed already'],
  'subscriber.not_asked': [503, 'The confirmation mail could not be sent'],
  'suppression.not_found': [404, 'This address is not suppressed'],
  'server.busy': [503, 'The hub is too busy: try again in a moment'],
  'server.closing': [503, 'The hub is shutting down'],
  'server.internal': [500, 'Something went wrong inside the hub'],
} as const satisfies Record<string, readonly [number, string]>

export type ErrorCode = keyof typeof ERRORS

/** An error with a code of the table. `details` is sent to the client, so it must hold no internals or secrets. */
export class HubError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly details: unknown
  /** Seconds after which a client may try again; sent as Retry-After. */
  readonly retryAfter: number | undefined

  constructor(
    code: ErrorCode,
    options: { message?: string; details?: unknown; retryAfter?: number; cause?: unknown } = {},
  ) {
    const [status, message] = ERRORS[code]
    super(options.message ?? message, { cause: options.cause })
    this.name = 'HubError'
    this.code = code
    this.status = status
    this.details = options.details
    this.retryAfter = options.retryAfter ?? (status === 503 ? 5 : undefined)
  }
}

export function isHubError(error: unknown, code?: ErrorCode): error is HubError {
  return error instanceof HubError && (code === undefined || error.code === code)
}

/** An error about one field, in the shape of a schema's own errors. */
export function badField(field: string, message: string, where = 'body'): HubError {
  return new HubError('request.invalid', {
    message: fieldMessage(where, field, message),
    details: [{ field, message }],
  })
}

/** `query: limit must be <= 1000`; about the whole just `body: must be object`. */
export function fieldMessage(where: string, field: string, message: string): string {
  return field === where ? `${where}: ${message}` : `${where}: ${field} ${message}`
}
