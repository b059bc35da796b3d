// The shapes that the page's modules share: what the server answers, and what the page makes of it.

export type Json = { readonly [key: string]: unknown }

/** Chosen by the reader of the page; empty strings and an empty list mean: all. */
export type Filter = {
  readonly kinds: readonly string[]
  /** Part of an address, or words of a subject. */
  readonly q: string
  readonly email: string
  readonly campaign: string
  readonly tag: string
  readonly message: string
  readonly url: string
  readonly subaccount: string
  /** Received then or later, RFC 3339. */
  readonly since: string
  /** Received before then. */
  readonly until: string
  /** How much time the chart shows, see model/spans.js; empty: as much as there is something to see in. */
  readonly span: string
}

/** What an event tells, and nothing of how its provider says so. */
export type MailFacts = import('../client.d.ts').Facts

/** An event as GET /api/events and GET /api/messages/{id} tell it. */
export type StoredEvent = MailFacts & {
  readonly cursor: string
  readonly kind: string
  readonly received_at: string
}

export type EventsPage = { readonly events: readonly StoredEvent[]; readonly next: string | null }

export type Message = { readonly message: Json; readonly events: readonly StoredEvent[] }

export type Stats = {
  readonly steps: readonly { readonly at: string; readonly counts: Readonly<Record<string, number>> }[]
}

export type Session = { readonly signed_in: boolean; readonly auth: 'on' | 'off' }

export type Setup = import('../client.d.ts').Setup

export type Quarantine = {
  readonly quarantine: readonly {
    readonly id: string
    readonly received_at: string
    readonly reason: string
    readonly data: string
  }[]
  readonly next: string | null
}

/** A line of the list that is an event. */
export type EventRow = {
  readonly type: 'event'
  readonly cursor: string
  readonly kind: string
  /** When the hub took it, milliseconds since 1970; for a live event: when it arrived here. */
  readonly receivedAt: number
  /** When it happened, by Mandrill's clock. */
  readonly occurredAt: number | null
  readonly email: string | null
  readonly subject: string | null
  readonly messageId: string | null
  readonly sender: string | null
  readonly subaccount: string | null
  readonly tags: readonly string[]
  readonly url: string | null
  readonly reason: string | null
  readonly answer: string | null
  readonly robot: boolean | null
  readonly ip: string | null
  readonly location: string | null
  readonly size: number | null
  readonly campaignId: string | null
}

/** A line of the list that says: here some are missing. */
export type GapRow = {
  readonly type: 'gap'
  readonly cursor: string
  readonly noticedAt: number
}

export type Row = EventRow | GapRow

/** What is known of something that was asked for. `old` and `here` have a value; `at` is when it was true. */
export type Answer<T> = {
  readonly state: 'asking' | 'here' | 'old' | 'failed'
  readonly value: T | undefined
  readonly at: number | null
  /** Why it could not be had, the last time. */
  readonly problem: string
  /** It is not asked again by itself: the answer would be the same. */
  readonly final: boolean
  /** There is no such thing. */
  readonly missing: boolean
  /** The hub's name for why, if it said one. */
  readonly code: string
}

export type Store<T> = {
  get(): T
  /** Merges into what there is, and tells those who listen. */
  set(change: Partial<T>): void
  subscribe(listener: () => void): () => void
}

export type Clock = () => number
