// Groups of reasons why deliveries failed, wait or were skipped, which a person can act on: servers say the same thing to each
// recipient in different words, with addresses, queue ids and links in them.
import type { Delivery, DeliveryStatus } from './ports.ts'

/** RFC 3463: codes that say it all, where the words only name the mailbox. By what follows the first digit and dot. */
const MEANINGS: Readonly<Record<string, string>> = {
  '1.1': 'no such mailbox',
  '1.2': 'no such domain',
  '1.3': 'no valid address',
  '1.6': 'the mailbox has moved',
  '1.10': 'the domain takes no mail',
  '2.1': 'the mailbox is disabled',
  '2.2': 'the mailbox is full',
  '2.3': 'the mail is too large for the mailbox',
  '3.4': 'the mail is too large',
  '4.1': 'no answer from the server',
  '4.7': 'it took too long to deliver',
}
const NO_MAILBOX = /\b(?:user|mailbox|recipient|account|address(?:ee)?)\b/i
/** Without an enhanced code: 550, 551 and 553 are about the mailbox (RFC 5321, section 4.2.3). */
const OF_MAILBOX = new Set(['550', '551', '553'])

/** The address does not exist. 5.1.0 and 5.1.4 say something else, and 5.1.7 to 5.1.9 are about the sender. */
const NO_SUCH_ADDRESS = new Set(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10'])
/** RFC 7504: the domain accepts no mail at all. */
const NO_MAIL = '556'

const ANSWER = /^(\d{3})[ -]?(?:([245]\.\d{1,3}\.\d{1,3})(?!\S))?\s*([^]*)$/
/** What the hub puts before an answer. */
const GIVEN_UP = /^given up after \d+ tries: /
const LOST = /^the connection was lost[^:]*(?=: )/

const ADDRESS = /\S+@\S+/g
/** Letters only: a word with a digit, a dot or a sign in it may be an id or a name. */
const PLAIN_WORD = /^[a-z]+(?:['’-][a-z]+)*[.,;:!?)]*$/i
const WORDS = 8
const WORD_LENGTH = 24

/** The states whose reasons are counted. The reason of a sent mail is just the server's answer. */
export const WITH_REASON = ['failed', 'skipped', 'deferred'] as const satisfies readonly DeliveryStatus[]
export type Reasons = Readonly<Record<(typeof WITH_REASON)[number], ReadonlyMap<string, number>>>

export function hasReason(status: DeliveryStatus): status is keyof Reasons {
  return (WITH_REASON as readonly DeliveryStatus[]).includes(status)
}

export function countReasons(deliveries: Iterable<Pick<Delivery, 'status' | 'reason'>>): Reasons {
  const counts = emptyReasons()
  for (const { status, reason } of deliveries)
    if (hasReason(status)) add(counts[status], reasonGroup(reason), 1)
  return counts
}

export function sumReasons(all: Iterable<Reasons>): Reasons {
  const sums = emptyReasons()
  for (const counts of all)
    for (const status of WITH_REASON)
      for (const [group, count] of counts[status]) add(sums[status], group, count)
  return sums
}

const emptyReasons = () => ({
  failed: new Map<string, number>(),
  skipped: new Map<string, number>(),
  deferred: new Map<string, number>(),
})

function add(counts: Map<string, number>, group: string, count: number): void {
  counts.set(group, (counts.get(group) ?? 0) + count)
}

/** As it is stored beside a chunk's counts. */
export const writeReasons = (counts: Reasons): string =>
  JSON.stringify(WITH_REASON.map((status) => Object.fromEntries(counts[status])))

export function readReasons(text: string): Reasons {
  const kept = JSON.parse(text) as Record<string, number>[]
  const read = (status: keyof Reasons) => new Map(Object.entries(kept[WITH_REASON.indexOf(status)] ?? {}))
  return { failed: read('failed'), skipped: read('skipped'), deferred: read('deferred') }
}

/** Whether a chunk with these counts may have deliveries of that group. null: not counted, so it may. */
export function mayHold(reasons: string | null, group: string | undefined): boolean {
  if (group === undefined || reasons === null) return true
  const counts = readReasons(reasons)
  return WITH_REASON.some((status) => counts[status].has(group))
}

/** The codes (RFC 5321, RFC 3463) and the words of an answer. A text that is no server's answer is all words. */
export function codesOf(answer: string): Readonly<Record<'code' | 'enhanced' | 'words', string>> {
  const [, code = '', enhanced = '', words = answer] = ANSWER.exec(answer) ?? []
  return { code, enhanced, words }
}

/** A permanent answer that says that the address does not exist, so it is suppressed. */
export function saysNoMailbox(code: string, enhanced: string): boolean {
  return code.startsWith('5') && (NO_SUCH_ADDRESS.has(enhanced) || (enhanced === '' && code === NO_MAIL))
}

/** Whether retrying a group of failures can send anything: suppressed addresses would be skipped. */
export function isRetryable(group: string): boolean {
  const { code, enhanced } = codesOf(group.replace(':', ' '))
  return !saysNoMailbox(code, enhanced)
}

/** The group of a reason. A reason in the hub's own words (of a skipped delivery) is its own group. */
export function reasonGroup(reason: string | null): string {
  if (!reason) return 'unknown'
  const text = reason.replace(GIVEN_UP, '')
  const lost = LOST.exec(text)
  if (lost) return lost[0]
  const { code, enhanced, words } = codesOf(text)
  if (code === '') return text.replace(ADDRESS, '…').slice(0, 200)
  const codes = enhanced ? `${code} ${enhanced}` : code
  const meaning = MEANINGS[enhanced.slice(2)] ?? (enhanced ? undefined : meaningOf(code, text))
  const said = meaning ?? plainWords(words)
  return said ? `${codes}: ${said}` : codes
}

const meaningOf = (code: string, text: string): string | undefined =>
  OF_MAILBOX.has(code) && NO_MAILBOX.test(text) ? MEANINGS['1.1'] : undefined

/** The first sentence, up to the first word that may be particular to one recipient. */
function plainWords(text: string): string {
  const words: string[] = []
  for (const word of text.trim().split(/\s+/)) {
    if (!PLAIN_WORD.test(word) || word.length > WORD_LENGTH || words.length === WORDS) break
    words.push(word.replace(/[.,;:!?)]+$/, ''))
    if (/[.;:!?]$/.test(word)) break
  }
  return words.join(' ')
}
