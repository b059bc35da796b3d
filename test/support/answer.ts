// What a hub answered, as tests look at it.
import type { LightMyRequestResponse } from 'fastify'

export type Answer = {
  readonly status: number
  readonly headers: LightMyRequestResponse['headers']
  readonly text: string
  readonly body: Body
}

type Json = Readonly<Record<string, unknown>>
type Subscriber = Json & { readonly id: string; readonly email: string; readonly subscribed: boolean }
type Delivery = Json & { readonly id: string; readonly email: string; readonly subscriber_id: string }
type Campaign = Json & { readonly id: string }
type Event = {
  readonly cursor: string
  readonly kind: string
  readonly received_at: string
  /** What the test's own event said. */
  readonly data: Json & { readonly _id: string; readonly n: number }
}
type Minute = { readonly minute: string; readonly counts: Readonly<Record<string, number>> }

/** The fields that tests read, as if each body had all of them. What a body is, its test compares. */
export type Body = Json & {
  readonly id: string
  readonly next: string | null
  readonly count: number
  readonly error: { readonly code: string; readonly message: string; readonly details: readonly Json[] }
  readonly accepted: number
  readonly duplicates: number
  readonly ticket: string
  readonly events: readonly Event[]
  readonly minutes: readonly Minute[]
  readonly steps: readonly { readonly at: string; readonly counts: Readonly<Record<string, number>> }[]
  readonly quarantine: readonly { readonly id: string; readonly data: string }[]
  readonly subscribers: readonly Subscriber[]
  readonly suppressions: readonly { readonly email: string }[]
  readonly campaigns: readonly Campaign[]
  readonly campaign: Campaign
  readonly deliveries: readonly Delivery[]
  readonly errors: readonly { readonly line: number; readonly message: string }[]
}

export function toAnswer(response: LightMyRequestResponse): Answer {
  const isJson = /json/.test(String(response.headers['content-type'])) && response.payload !== ''
  return {
    status: response.statusCode,
    headers: response.headers,
    text: response.payload,
    body: isJson ? response.json<Body>() : ({} as Body),
  }
}
