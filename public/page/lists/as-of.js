// Since when a list that is not pushed is as it is, and reading it anew.
import { html } from '../vendor/htm.js'
import { exactTime } from '../ground/words.js'
import { useStore } from '../parts/hooks.js'

/** @param {{ of: import('../types.d.ts').Store<import('./keyset.js').ListState>, onRefresh: () => void }} props */
export function AsOf({ of, onRefresh }) {
  const { at } = useStore(of)
  return html`<button type="button" class="link as-of" onClick=${onRefresh}>
    ${`as of ${at === null ? '‒‒:‒‒:‒‒' : exactTime(at)} · Refresh`}
  </button>`
}
