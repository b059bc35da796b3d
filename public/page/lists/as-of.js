// Since when a list that is not pushed is as it is, and reading it anew.
import { html } from '../vendor/htm.js'
import { exactTime } from '../ground/words.js'
import { useStore } from '../parts/hooks.js'

/** @param {{ of: import('../types.d.ts').Store<import('./keyset.js').ListState>, onRefresh: () => void }} props */
export function AsOf({ of, onRefresh }) {
  const { at } = useStore(of)
  // Before it has been read there is no such time: only its place, so that nothing moves when there is one.
  return html`<button
    type="button"
    class=${at === null ? 'link as-of unread' : 'link as-of'}
    onClick=${onRefresh}
  >
    ${`as of ${exactTime(at ?? 0)} · Refresh`}
  </button>`
}
