// The shapes of the mailing list, as the API tells them.

export type Subscriber = {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly subscribed: boolean
  readonly suppressed: {
    readonly reason: string
    readonly since: string
    readonly until: string | null
  } | null
  readonly mailable: boolean
  readonly created_at: string
  readonly updated_at: string
}

export type Suppression = {
  /** null: an erased person. */
  readonly email: string | null
  readonly reason: string
  readonly source: string
  readonly since: string
  readonly until: string | null
}

/** What a campaign brought to one subscriber. */
export type DeliveryTo = {
  readonly campaign_id: string
  readonly subject: string
  readonly status: string
  readonly reason: string | null
  readonly attempts: number
  readonly due_at: string | null
  readonly updated_at: string
}

/** `updated` and `left` are told of subscribers only. */
export type ImportReport = {
  readonly added: number
  readonly updated?: number
  readonly skipped: number
  readonly left?: number
  readonly columns: { readonly used: readonly string[]; readonly ignored: readonly string[] }
  readonly errors: readonly { readonly line: number; readonly message: string }[]
  readonly error_count: number
  readonly charset: string
  readonly charset_assumed: boolean
}
