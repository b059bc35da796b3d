// What is wrong with the hub, in words; and what somebody has looked at already: an alarm that cannot be put out is none.
/** @import { Setup } from '../types.d.ts' */
import { counted } from '../ground/words.js'

const SEEN = 'refusals-seen'

/** Those that nobody has looked at yet: the hub counts each kind since one was accepted. @param {Setup} setup */
export function unseenRefusals({ refused }) {
  /** @type {Record<string, number>} */
  const seen = JSON.parse(localStorage.getItem(SEEN) ?? '{}')
  return refused
    .map((refusal) => ({ ...refusal, count: refusal.count - (seen[signOf(refusal)] ?? 0) }))
    .filter(({ count }) => count > 0)
}

/** @param {Setup} setup */
export function seeRefusals({ refused }) {
  const seen = refused.map((refusal) => [signOf(refusal), refusal.count])
  localStorage.setItem(SEEN, JSON.stringify(Object.fromEntries(seen)))
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
