// Whether somebody gets mail: a word, a sign, and why not in a sentence.
/** @import { Subscriber } from './types.d.ts' */
/** @import { Tone } from '../events/kinds.js' */

/** @typedef {{ word: string, icon: string, tone: Tone, why: string }} Standing */

/** @type {Readonly<Record<string, Standing>>} */
const REASONS = {
  bounce: {
    word: 'Bounced',
    icon: 'bounced',
    tone: 'red',
    why: 'A mail to this address bounced permanently.',
  },
  complaint: {
    word: 'Complained',
    icon: 'complained',
    tone: 'red',
    why: 'This person marked a mail as spam.',
  },
  unsubscribe: {
    word: 'Unsubscribed',
    icon: 'unsubscribed',
    tone: 'grey',
    why: 'This person asked for no more mail.',
  },
  reject: {
    word: 'Rejected',
    icon: 'rejected',
    tone: 'red',
    why: 'Mandrill refuses to send to this address.',
  },
  manual: {
    word: 'By hand',
    icon: 'suppressed',
    tone: 'amber',
    why: 'Suppressed by hand: nothing is sent to this address.',
  },
}

/** The words of the filter, and what the API calls them. */
export const REASON_WORDS = Object.freeze(
  Object.entries(REASONS).map(([reason, { word, icon, tone }]) => ({ reason, word, icon, tone })),
)

/** @param {string} reason @returns {Standing} */
export function lookOfReason(reason) {
  return Object.hasOwn(REASONS, reason)
    ? /** @type {Standing} */ (REASONS[reason])
    : { word: reason, icon: 'suppressed', tone: 'amber', why: 'No mail goes to this address.' }
}

/** @param {Pick<Subscriber, 'subscribed' | 'suppressed' | 'mailable'>} subscriber @returns {Standing} */
export function standingOf({ subscribed, suppressed, mailable }) {
  if (mailable)
    return {
      word: 'Gets mail',
      icon: 'delivered',
      tone: 'green',
      why: 'Every campaign goes to this address.',
    }
  // Beside an address, the reason alone would say too little.
  if (suppressed?.reason === 'manual') return { ...lookOfReason('manual'), word: 'Suppressed' }
  if (suppressed) return lookOfReason(suppressed.reason)
  if (!subscribed)
    return {
      word: 'Not subscribed',
      icon: 'unsubscribed',
      tone: 'grey',
      why: 'This person has left, or never confirmed the subscription.',
    }
  return { word: 'Gets no mail', icon: 'suppressed', tone: 'grey', why: 'The hub does not say why.' }
}

/** What it means to mail there again. @type {Readonly<Record<string, string>>} */
export const LIFTED = {
  bounce:
    'If the mailbox still does not exist, the next mail bounces again, which harms your reputation as a sender.',
  complaint: 'People who have complained tend to complain again, and mail providers count that.',
  unsubscribe: 'Their request to get no more mail is discarded.',
  reject: 'Mandrill keeps its own list: while the address is on it, mails to it are rejected.',
}

/** @type {Readonly<Record<string, string>>} */
const SOURCES = {
  api: 'in the page or by the API',
  import: 'by an import',
  link: 'by a link in a mail',
  smtp: 'by the mail server',
  mandrill: 'by a Mandrill event',
  'mandrill denylist': 'by Mandrill’s denylist',
}

/** @param {string} source */
export function sourceWords(source) {
  return SOURCES[source] ?? source
}

/** What the list is narrowed to: one at a time, so that no two can contradict each other. */
/** @type {readonly { word: string, query: Record<string, string> }[]} */
export const SHOWN = [
  { word: 'All', query: {} },
  { word: 'Gets mail', query: { mailable: 'true' } },
  { word: 'Gets no mail', query: { mailable: 'false' } },
  { word: 'Not subscribed', query: { subscribed: 'false' } },
  { word: 'Suppressed', query: { suppressed: 'true' } },
]

/**
 * The query of a list out of an address: only what that list knows.
 * @param {string} search @param {readonly string[]} names
 * @returns {Record<string, string>}
 */
export function queryFrom(search, names) {
  const given = new URLSearchParams(search)
  return Object.fromEntries(names.map((name) => [name, given.get(name) ?? '']).filter(([, value]) => value))
}
