// The filter, and its ways into the address, into a query and onto the socket. One writing for all of them.
/** @import { EventRow, Filter, Row } from '../../types.d.ts' */
import { isKind } from '../kinds.js'
import { isSpan, iso } from '../counts/spans.js'

/** The conditions that are typed, each with its word. */
export const FIELDS = Object.freeze(
  /** @type {const} */ ([
    ['q', 'Address or words'],
    ['email', 'Recipient'],
    ['campaign', 'Campaign'],
    ['tag', 'Tag'],
    ['message', 'Message id'],
    ['url', 'Link'],
    ['subaccount', 'Subaccount'],
  ]),
)

/** @type {Filter} */
export const ALL = Object.freeze({
  kinds: Object.freeze([]),
  q: '',
  email: '',
  campaign: '',
  tag: '',
  message: '',
  url: '',
  subaccount: '',
  since: '',
  until: '',
  span: '',
})

/** @param {Filter} filter */
export function isAll(filter) {
  return Object.keys(queryOf(filter)).length === 0
}

/** Whether the hub keeps counts by the minute of what this finds. @param {Filter} filter */
export function isCountedByMinute(filter) {
  const one = filter.campaign ? 'campaign' : 'subaccount'
  return isAll({ ...filter, kinds: [], since: '', until: '', [one]: '' })
}

/** What is shown of the chart is none of the list's business. @param {Filter} a @param {Filter} b */
export function sameFilter(a, b) {
  return addressOf({ ...a, span: '' }) === addressOf({ ...b, span: '' })
}

/**
 * Reads an address's query. Words that are no kind, and times that are none, are left out: an old bookmark must not
 * break the page.
 * @param {string} search
 * @returns {Filter}
 */
export function filterFromAddress(search) {
  const query = new URLSearchParams(search)
  const kinds = (query.get('events') ?? '').split(',').filter(isKind)
  const fields = FIELDS.map(([field]) => [field, (query.get(field) ?? '').trim()])
  const span = query.get('span') ?? ''
  return {
    ...ALL,
    ...Object.fromEntries(fields),
    kinds: [...new Set(kinds)],
    since: instant(query.get('since')),
    until: instant(query.get('until')),
    span: isSpan(span) ? span : '',
  }
}

/**
 * `?events=bounced,opened&email=…`, or nothing.
 * @param {Filter} filter
 */
export function addressOf(filter) {
  const { span } = filter
  const query = new URLSearchParams({ ...queryOf(filter), ...(span && { span }) }).toString()
  // A comma is allowed in a query (RFC 3986, section 3.4), and reads better than %2C; so are colons and at-signs.
  return query && `?${query.replaceAll('%2C', ',').replaceAll('%40', '@').replaceAll('%3A', ':')}`
}

/**
 * The same for GET /api/events.
 * @param {Filter} filter
 * @returns {Record<string, string>}
 */
export function queryOf({ kinds, ...fields }) {
  const query = { events: kinds.join(','), ...fields, span: '' }
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))
}

/**
 * What of it the socket knows; `fits` sees to the rest.
 * @param {Filter} filter
 */
export function frameOf({ kinds, email, tag, campaign }) {
  return { events: kinds, email, tag, campaign }
}

/**
 * Whether what the socket brings is wanted: what it cannot filter by, as the hub does for GET /api/events.
 * @param {Filter} filter
 * @param {Row} row
 */
export function fits({ q, message, url, subaccount, since, until }, row) {
  if (row.type === 'gap') return until === ''
  if (message && row.messageId !== message) return false
  if (url && row.url !== url) return false
  if (subaccount && row.subaccount !== subaccount) return false
  if (since && row.receivedAt < Date.parse(since)) return false
  if (until && row.receivedAt >= Date.parse(until)) return false
  return q === '' || mentions(row, q)
}

/** The beginning of an address, or of what follows its @, or of words that are all in the subject. @param {EventRow} row @param {string} text */
function mentions({ email, subject }, text) {
  const sought = /\s/.test(text) ? '' : addressKey(text)
  const address = addressKey(email ?? '')
  const host = sought.replace(/^@/, '')
  if (host !== '') {
    if (!sought.startsWith('@') && address.startsWith(sought)) return true
    if (address.slice(address.lastIndexOf('@') + 1).startsWith(host)) return true
  }
  const asked = text.includes('@') ? [] : wordsOf(text)
  const told = wordsOf(subject ?? '')
  return asked.length > 0 && asked.every((word) => told.some((other) => begins(other, word)))
}

/** An address as it is compared: without case, its domain as in DNS (RFC 5890). @param {string} address */
function addressKey(address) {
  const at = address.lastIndexOf('@') + 1
  const domain = address.slice(at).toLowerCase()
  const isForeign = /[^\0-\x7f]/.test(domain) && /^[\p{L}\p{M}\p{N}-]+(\.[\p{L}\p{M}\p{N}-]+)+$/u.test(domain)
  const host = isForeign && URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`).hostname : domain
  return address.slice(0, at).normalize('NFC').toLowerCase() + host
}

/** In a script that is written without spaces a word may begin at each character. */
const UNSPACED = /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}]/u

/** @param {string} text @param {string} word */
function begins(text, word) {
  return text.startsWith(word) || (UNSPACED.test(word) && text.includes(word))
}

/** So many are looked for, and looked through. */
const MOST_WORDS = 16

/** @param {string} text */
const wordsOf = (text) =>
  (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  ).slice(0, MOST_WORDS)

/**
 * @param {Filter} filter
 * @param {string} kind
 * @returns {Filter}
 */
export function toggleKind(filter, kind) {
  const kinds = filter.kinds.includes(kind)
    ? filter.kinds.filter((other) => other !== kind)
    : [...filter.kinds, kind]
  return { ...filter, kinds }
}

/** @param {string | null} text */
function instant(text) {
  const at = Date.parse(text ?? '')
  return Number.isFinite(at) ? iso(at) : ''
}
