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

/** @param {Setup} setup @returns {string[]} for the strip: few words each */
export function problemsOf(setup) {
  const refusals = unseenRefusals(setup).reduce((sum, { count }) => sum + count, 0)
  return [
    setup.webhooks_silent && 'Webhooks are silent',
    refusals > 0 && counted(refusals, 'refused webhook'),
    setup.quarantine > 0 && counted(setup.quarantine, 'event in quarantine', 'events in quarantine'),
  ].filter((problem) => problem !== false)
}
