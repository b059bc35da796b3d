// The filter, and its ways into the address, into a query and onto the socket. One writing for all of them.
/** @import { Filter } from '../types.d.ts' */
import { isKind } from './kinds.js'

/** @type {Filter} */
export const ALL = Object.freeze({ kinds: Object.freeze([]), email: '', tag: '', campaign: '' })

/** The conditions that are typed, each with its word. */
export const FIELDS = Object.freeze(
  /** @type {const} */ ([
    ['email', 'Recipient'],
    ['tag', 'Tag'],
    ['campaign', 'Campaign'],
  ]),
)

/** @param {Filter} filter */
export function isAll({ kinds, email, tag, campaign }) {
  return kinds.length === 0 && !email && !tag && !campaign
}

/** @param {Filter} a @param {Filter} b */
export function sameFilter(a, b) {
  return addressOf(a) === addressOf(b)
}

/**
 * Reads an address's query. Words that are no kind are left out: an old bookmark must not break the page.
 * @param {string} search
 * @returns {Filter}
 */
export function filterFromAddress(search) {
  const query = new URLSearchParams(search)
  const kinds = (query.get('events') ?? '').split(',').filter(isKind)
  return {
    kinds: [...new Set(kinds)],
    email: clean(query.get('email')),
    tag: clean(query.get('tag')),
    campaign: clean(query.get('campaign')),
  }
}

/**
 * `?events=bounced,opened&email=…`, or nothing.
 * @param {Filter} filter
 */
export function addressOf(filter) {
  const query = new URLSearchParams(queryOf(filter)).toString()
  // A comma is allowed in a query (RFC 3986, section 3.4), and reads better than %2C.
  return query && `?${query.replaceAll('%2C', ',').replaceAll('%40', '@')}`
}

/**
 * The same for GET /api/events.
 * @param {Filter} filter
 * @returns {Record<string, string>}
 */
export function queryOf({ kinds, ...fields }) {
  const query = { events: kinds.join(','), ...fields }
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))
}

/**
 * The same for the socket.
 * @param {Filter} filter
 */
export function frameOf({ kinds, ...fields }) {
  return { events: kinds, ...fields }
}

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
function clean(text) {
  return (text ?? '').trim()
}
