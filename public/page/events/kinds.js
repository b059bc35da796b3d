// What can happen to a mail: the word, the sign and the tone of each kind. A tone never stands without its word.

/**
 * @typedef {'grey' | 'green' | 'blue' | 'violet' | 'amber' | 'red'} Tone
 * @typedef {{ readonly word: string, readonly tone: Tone, readonly rare?: boolean }} KindLook
 */

/** In the order of the filter's chips. The sign (parts/icon.js) bears the kind's name. */
export const KINDS = Object.freeze(
  /** @type {const} @satisfies {Record<string, KindLook>} */ ({
    sent: { word: 'Sent', tone: 'grey' },
    delivered: { word: 'Delivered', tone: 'green' },
    opened: { word: 'Opened', tone: 'blue' },
    clicked: { word: 'Clicked', tone: 'violet' },
    deferred: { word: 'Deferred', tone: 'amber' },
    soft_bounced: { word: 'Soft bounce', tone: 'amber' },
    bounced: { word: 'Bounced', tone: 'red' },
    complained: { word: 'Complained', tone: 'red' },
    rejected: { word: 'Rejected', tone: 'red' },
    unsubscribed: { word: 'Unsubscribed', tone: 'grey' },
    suppressed: { word: 'Suppressed', tone: 'grey', rare: true },
    unsuppressed: { word: 'Unsuppressed', tone: 'grey', rare: true },
    inbound: { word: 'Inbound', tone: 'grey', rare: true },
    unknown: { word: 'Unknown', tone: 'grey', rare: true },
  }),
)

export const KIND_NAMES = Object.freeze(Object.keys(KINDS))

/** From the baseline of the chart upwards. */
export const TONES = Object.freeze(
  /** @type {readonly Tone[]} */ (['grey', 'green', 'blue', 'violet', 'amber', 'red']),
)

/**
 * The look of any word, also of one that this page does not know yet.
 * @param {string} kind
 * @returns {KindLook}
 */
export function lookOf(kind) {
  return Object.hasOwn(KINDS, kind) ? KINDS[/** @type {keyof typeof KINDS} */ (kind)] : KINDS.unknown
}

/** @param {string} kind */
export function isKind(kind) {
  return Object.hasOwn(KINDS, kind)
}
