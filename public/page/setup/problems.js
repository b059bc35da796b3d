// What is wrong with the hub, in words; and what somebody has looked at already: an alarm that cannot be put out is none.
/** @import { Setup } from '../types.d.ts' */
import { remember, remembered } from '../ground/memory.js'
import { counted } from '../ground/words.js'

const SEEN = 'refusals-seen'

/** Those that nobody has looked at yet: the hub counts each kind since one was accepted. @param {Pick<Setup, 'refused'>} setup */
export function unseenRefusals({ refused }) {
  const seen = seenRefusals()
  return refused
    .map((refusal) => ({ ...refusal, count: refusal.count - (Number(seen[signOf(refusal)]) || 0) }))
    .filter(({ count }) => count > 0)
}

/** In this tab at least, whatever the browser keeps. */
let seenHere = ''

/** @returns {Record<string, unknown>} */
function seenRefusals() {
  try {
    return Object(JSON.parse(seenHere || remembered(SEEN) || '{}'))
  } catch {
    return {}
  }
}

/** @param {Pick<Setup, 'refused'>} setup */
export function seeRefusals({ refused }) {
  const seen = refused.map((refusal) => [signOf(refusal), refusal.count])
  seenHere = JSON.stringify(Object.fromEntries(seen))
  remember(SEEN, seenHere)
}

/** @param {Setup['refused'][number]} refusal */
function signOf({ reason, since }) {
  return `${reason} ${since}`
}

const LOST = ['unavailable', 'no answer']

/** What a hub of an earlier version, beside this one for a while, does not tell, is well. @param {Pick<Setup, 'states'>} setup */
const eventsOf = ({ states = {} }) => states.events ?? 'ok'

/** Whether the hub has lost its event store. @param {Pick<Setup, 'states'>} setup */
export const isStoreLost = (setup) => LOST.includes(eventsOf(setup))

/** Why webhooks are refused while the event store can be read; empty: they are not. @param {Pick<Setup, 'states' | 'stores'>} setup */
export function refusalOf(setup) {
  const events = eventsOf(setup)
  if (events === 'ok' || LOST.includes(events)) return ''
  const store = setup.stores.events === 'redis' ? 'Redis' : 'the event store'
  return `Events are refused: ${store} ${events === 'refuses writes' ? events : `is ${events}`}`
}

/** What does not work though webhooks are taken; where they are not, that is said instead. @param {Pick<Setup, 'states'>} setup */
function halted({ states = {} }) {
  const { events = 'ok', database = 'ok', archive = 'ok', sending = 'ok' } = states
  if (events !== 'ok') return false
  if (LOST.includes(database)) return 'The database cannot be reached'
  if (database !== 'ok') return `The database is ${database}`
  if (archive !== 'ok') return 'The history has stalled'
  return sending === 'paused' && 'A lane is paused'
}

/** @param {Pick<Setup, 'states' | 'refused' | 'quarantine' | 'webhooks_silent'>} setup @returns {string[]} for the strip: few words each */
export function problemsOf(setup) {
  const refusals = unseenRefusals(setup).reduce((sum, { count }) => sum + count, 0)
  return [
    halted(setup),
    setup.webhooks_silent && 'Webhooks are silent',
    refusals > 0 && counted(refusals, 'refused webhook'),
    setup.quarantine > 0 && counted(setup.quarantine, 'event in quarantine', 'events in quarantine'),
  ].filter((problem) => problem !== false)
}
