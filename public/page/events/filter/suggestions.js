// What a few letters in the search box may mean: a time, a campaign by its name, a tag, an address, a link, a message.
/** @import { Campaign } from '../../../client.d.ts' */
/** @import { EventRow, Filter } from '../../types.d.ts' */
import { iso } from '../counts/spans.js'
import { readWhen } from '../counts/when.js'
import { fullTime, titleOf } from '../../ground/words.js'

const MOST_OF_EACH = 4
const MOST_CHARACTERS = 200

/** @typedef {{ part: Partial<Filter>, word: string, value: string }} Suggestion `value`: as it is shown */

/**
 * The first one is what Enter takes.
 * @param {string} typed
 * @param {{ rows: readonly EventRow[], campaigns: readonly Campaign[], now: number }} known
 * @returns {Suggestion[]}
 */
export function suggestionsFor(typed, { rows, campaigns, now }) {
  const text = typed.trim().slice(0, MOST_CHARACTERS)
  const sought = text.toLowerCase()
  /** @param {Iterable<string>} values */
  const some = (values) =>
    [...new Set(values)].filter((value) => value.toLowerCase().includes(sought)).slice(0, MOST_OF_EACH)
  /** @param {'tag' | 'email' | 'url' | 'message'} field @param {string} word @param {readonly string[]} values @returns {Suggestion[]} */
  const of = (field, word, values) => values.map((value) => ({ part: { [field]: value }, word, value }))
  const tags = of(
    'tag',
    'Tag',
    some([...rows.flatMap((row) => row.tags), ...campaigns.flatMap(({ tag }) => tag ?? [])]),
  )
  const named = campaigns
    .filter(({ id, subject }) => id === text || titleOf(subject).toLowerCase().includes(sought))
    .sort((a, b) => b.created_at.localeCompare(a.created_at))
    .slice(0, MOST_OF_EACH)
    .map(({ id, subject }) => ({ part: { campaign: id }, word: 'Campaign', value: titleOf(subject) || id }))
  if (text === '') return [...named, ...tags]
  const isWord = !/\s/.test(text)
  const isLink = /^https?:\/\/./i.test(text)
  const links = of('url', 'Link', isLink ? [text] : [])
  const messages = of(
    'message',
    'Message id',
    isWord && rows.some((row) => row.messageId === text) ? [text] : [],
  )
  const begins = [{ part: { q: text }, word: 'Address or words', value: text }]
  return distinct([
    ...timeOf(text, now),
    ...links,
    ...messages,
    ...(named.some(({ part }) => part.campaign === text) ? named : []),
    ...begins,
    ...named,
    ...tags,
    ...of('email', 'Recipient', some(rows.flatMap(({ email }) => email ?? []))),
    ...of('url', 'Link', some(rows.flatMap(({ url }) => url ?? []))),
    // What has not been seen yet may be there all the same.
    ...(isWord && !isLink ? [...of('tag', 'Tag', [text]), ...of('message', 'Message id', [text])] : []),
  ])
}

/** @param {string} text @param {number} now @returns {Suggestion[]} */
function timeOf(text, now) {
  const when = readWhen(text, now)
  if (!when) return []
  const part = { since: '', until: iso(when.until), span: when.isDay ? '24h' : '1h' }
  return [{ part, word: 'Go back to', value: fullTime(when.until) }]
}

/** @param {readonly Suggestion[]} all */
const distinct = (all) => [...new Map(all.map((one) => [JSON.stringify(one.part), one])).values()]
