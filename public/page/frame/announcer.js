// What a screen reader hears: where one has gone, each change of the connection, and, unless that is muted, summaries at a
// calm pace. Never each event.
/** @import { App } from '../main.js' */
import { html, useEffect, useState } from '../vendor/htm.js'
import { lookOf } from '../events/kinds.js'
import { stateWords } from '../events/feed/state-words.js'
import { remember, remembered } from '../ground/memory.js'
import { count, counted } from '../ground/words.js'
import { useStore } from '../parts/hooks.js'

const EVERY_MS = 15_000
const MUTED = 'summaries-muted'

export function areSummariesMuted() {
  return remembered(MUTED) === 'yes'
}

/** @param {boolean} muted */
export function muteSummaries(muted) {
  remember(MUTED, muted ? 'yes' : '')
}

/** @param {{ app: App }} props */
export function Announcer({ app }) {
  const spoken = useStore(app.spoken)
  const [words, setWords] = useState('')
  // The same words once more are read again only when something of them is another.
  useEffect(
    () => setWords((before) => (spoken.said && spoken.said === before ? `${before}\u00a0` : spoken.said)),
    [spoken],
  )

  useEffect(() => {
    let last = ''
    const tellState = () => {
      // Without the number that changes all the time.
      const { word } = stateWords({
        ...app.feed.store.get(),
        behind: null,
        isSilent: app.isSilent(),
        isStoreAway: app.isStoreAway(),
        refusal: app.refusal(),
      })
      if (word !== last) setWords(word)
      last = word
    }
    tellState()
    const stops = [app.feed.store, app.setup.store].map(({ subscribe }) => subscribe(tellState))
    return () => stops.forEach((stop) => stop())
  }, [])

  useEffect(() => {
    /** @type {Map<string, number>} */
    const counts = new Map()
    const stopCounting = app.feed.onRows((rows) => {
      for (const row of rows) if (row.type === 'event') counts.set(row.kind, (counts.get(row.kind) ?? 0) + 1)
    })
    const timer = setInterval(() => {
      if (counts.size > 0 && !areSummariesMuted()) setWords(summary(counts))
      counts.clear()
    }, EVERY_MS)
    return () => {
      clearInterval(timer)
      stopCounting()
    }
  }, [])

  return html`<p class="unseen" role="status">${words}</p>`
}

/**
 * `42 new events: 30 delivered, 12 opened`
 * @param {ReadonlyMap<string, number>} counts
 */
function summary(counts) {
  const total = [...counts.values()].reduce((sum, amount) => sum + amount, 0)
  const parts = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([kind, amount]) => `${count(amount)} ${lookOf(kind).word.toLowerCase()}`)
  return `${counted(total, 'new event')}: ${parts.join(', ')}`
}
