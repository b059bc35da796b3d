// The types of /client.js, and what each option means.

/** Which events are wanted. Empty = all; several conditions must all hold. */
export type Filter = {
  /** Words of the hub (`delivered`, `bounced`, …) or of Mandrill (`hard_bounce`, …). */
  readonly events?: readonly string[]
  /** The subscriber's address. */
  readonly email?: string
  readonly tag?: string
  readonly campaign?: string
}

/** What an event tells, the same whatever the mail provider. */
export type Facts = {
  /** Who told it: `mandrill`. */
  readonly provider: string
  /** When it happened, RFC 3339 in UTC. */
  readonly at: string | null
  /** The address that the mail went to, or that an entry of a list is about. */
  readonly recipient: string | null
  readonly message_id: string | null
  readonly subject: string | null
  readonly sender?: string
  readonly subaccount?: string
  readonly tags?: readonly string[]
  /** What was clicked. */
  readonly url?: string
  /** Why it bounced, was refused, or is on a list, in the hub's words. */
  readonly reason?: string
  /** What the recipient's mail server said. */
  readonly answer?: string
  /** Of opens and clicks: whether it was a program, and no person. */
  readonly robot?: boolean
  /** Of opens and clicks the reader's address, else that of the server that answered. */
  readonly ip?: string
  /** Of opens and clicks: where it was. */
  readonly location?: string
  /** The mail's, in bytes. */
  readonly size?: number
  /** Of mails that the hub sent. */
  readonly campaign_id?: string
  readonly delivery_id?: string
}

export type MailEvent = Facts & {
  /** Where this event stands in the feed: keep it, and give it as `after` to go on from here. */
  readonly cursor: string
  /** The hub's own word for what happened. */
  readonly kind: string
  /** The event exactly as the provider sent it. */
  readonly data: { readonly [key: string]: unknown }
}

/** Events after `from`, up to and with `to`, are no longer to be had. */
export type Gap = { readonly from: string; readonly to: string; readonly reason: 'expired' | 'reset' }

/** How the hub is set up and how it stands, just as GET /api/setup tells it. */
export type Setup = {
  readonly version: string
  readonly public_url: string
  readonly webhook_urls: readonly string[]
  readonly keys: number
  readonly sender_problem: string | null
  readonly sender_doubt: string | null
  readonly probe_seen_at: string | null
  readonly first_event_at: string | null
  readonly last_event_at: string | null
  readonly history: { readonly first_at: string | null; readonly last_at: string | null }
  readonly refused: readonly {
    readonly at: string
    readonly since: string
    readonly count: number
    readonly reason: string
    readonly hint: string | null
  }[]
  readonly unknown_proxy: string | null
  readonly subaccounts: readonly string[]
  readonly transport: 'smtp' | 'outbox'
  readonly quarantine: number
  readonly auth: 'on' | 'off'
  readonly silent_seconds: number
  readonly webhooks_silent: boolean
  readonly process: { readonly role: string; readonly started_at: string }
  readonly other_processes: readonly {
    readonly role: string
    readonly version: string
    readonly started_at: string
    readonly seen_at: string
    /** Nothing was heard of it for 30 s. */
    readonly silent: boolean
  }[]
  readonly disk: { readonly free: number; readonly size: number }
  readonly feed: { readonly bytes: number; readonly bound: number }
  readonly stores: { readonly events: string; readonly database: string }
  /** Whether each store works, and sending: `ok`, or what is wrong. */
  readonly states: { readonly [store: string]: string }
  readonly lag: number
  readonly clients: number
}

/** A campaign as it is now, just as GET /campaigns/{id} tells it. */
export type Campaign = {
  readonly id: string
  readonly subject: string
  readonly tag: string | null
  readonly status: 'draft' | 'scheduled' | 'running' | 'paused' | 'finished' | 'cancelled'
  readonly status_reason: string | null
  readonly transport: 'smtp' | 'outbox'
  /** What became of the mails; `total` is null until every recipient has one. */
  readonly deliveries: { readonly total: number | null } & { readonly [status: string]: number | null }
  /** Distinct subscribers: delivered, opened, clicked, bounced, complained, unsubscribed. */
  readonly people: { readonly [fact: string]: number }
  /** Scanners and proxies, counted apart: opened, clicked. */
  readonly robots: { readonly [fact: string]: number }
  readonly lanes: readonly {
    readonly name: string
    readonly state: string
    readonly reason: string | null
    readonly since: string | null
    readonly next_change_at: string | null
    readonly per_second: number
    readonly queued: number
  }[]
  readonly created_at: string
  readonly send_at: string | null
  readonly started_at: string | null
  readonly finished_at: string | null
}

export type Position = { readonly cursor: string; readonly live: boolean }

/** What the hub sends: one JSON object a text frame. */
export type Frame =
  | { readonly type: 'hello'; readonly cursor: string }
  | ({ readonly type: 'event' } & MailEvent)
  | ({ readonly type: 'gap' } & Gap)
  | ({ readonly type: 'position' } & Position)
  | { readonly type: 'campaign'; readonly campaign: Campaign }
  | { readonly type: 'setup'; readonly setup: Setup }
  | { readonly type: 'error'; readonly code: string; readonly message: string }

export type ConnectionState =
  | { readonly state: 'connecting'; readonly attempt: number }
  /** Connected; events that happened meanwhile are on their way. */
  | { readonly state: 'catching_up'; readonly cursor: string }
  /** Every event comes as it happens. */
  | { readonly state: 'live' }
  /** Not connected; tries again by itself, and then nothing is missing. */
  | {
      readonly state: 'waiting'
      readonly attempt: number
      readonly retryInMs: number
      readonly code?: number
    }
  /** For good: closed by you, or refused by the hub (4401 not signed in, 4400 a request it cannot take). */
  | { readonly state: 'closed'; readonly code?: number; readonly reason?: string }

/** What is used of a WebSocket. */
export type Socket = Pick<WebSocket, 'readyState' | 'addEventListener' | 'send' | 'close'>

export type Options = Filter & {
  /** Where the hub is: `https://hub.example.com`. Not needed where this module was loaded from the hub. */
  readonly url?: string | URL
  /** The API token. It is changed into a fresh ticket for every connection. */
  readonly token?: string
  /**
   * A ticket that you fetched: a string is good for one connection, a function is asked before each. When it throws,
   * or has no answer within 75 s, it is asked again later.
   */
  readonly ticket?: string | (() => string | Promise<string>)
  /** `false`: facts are enough. `data` is then left out, unread, however large it is. */
  readonly data?: boolean
  /** Go on after this cursor; `0` is everything that is kept. Without it: what happens from now on. */
  readonly after?: string
  /**
   * Each matching event, once and in order. What this or another callback throws comes up as an unhandled rejection;
   * the connection goes on, and does not bring the event again.
   */
  readonly onEvent?: (event: MailEvent) => void
  readonly onGap?: (gap: Gap) => void
  /** Safe to resume from, also when nothing matched: at the head, after a filter change, and every 30 s. */
  readonly onPosition?: (position: Position) => void
  /** Each campaign as it is, and again when it has changed, four times a second at most. Asked for by giving this. */
  readonly onCampaign?: (campaign: Campaign) => void
  /** The set-up as it is, on change once a second at most, and every 5 s while it can be told. Asked for by giving this. */
  readonly onSetup?: (setup: Setup) => void
  /** First called when connect() has returned. As every callback it may filter, seek, retry and close. */
  readonly onState?: (state: ConnectionState) => void
  /** A message that the hub could not take. The connection stays. */
  readonly onError?: (error: { readonly code: string; readonly message: string }) => void
  /** Others than the global ones: for tests, proxies and older runtimes. */
  readonly WebSocket?: new (url: URL) => Socket
  readonly fetch?: typeof fetch
}

export type Connection = {
  /** The place that was reached; undefined before the first word of the hub. */
  readonly cursor: string | undefined
  readonly state: ConnectionState['state']
  /** Replaces the filter, on this connection and on all later ones. */
  filter(next: Filter): void
  /** Leaves out, or repeats: goes on after another cursor. */
  seek(after: string): void
  /** Does not wait any longer, when it is waiting. */
  retryNow(): void
  close(): void
}

export function connect(options: Options): Connection
/** The delay before try number `attempt`, in milliseconds: doubles up to 30 s, half of it chance. */
export function backOff(attempt: number, random?: () => number): number
/** The socket's address from the hub's, in whichever way that is written. */
export function socketAddress(url?: string | URL): URL
