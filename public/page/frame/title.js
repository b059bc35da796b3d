// The title of the tab: what is wrong, what is unseen, the view.
import { createStore } from '../ground/store.js'
import { count } from '../ground/words.js'

const NAME = 'Mail Event Hub'

export function createTitle() {
  const store = createStore({ view: '', unseen: 0, wrong: '' })

  function write() {
    const { view, unseen, wrong } = store.get()
    const words = [wrong, view, NAME].filter(Boolean).join(' · ')
    const title = unseen > 0 ? `(${count(unseen)}) ${words}` : words
    if (document.title !== title) document.title = title
  }

  store.subscribe(write)
  return store
}

/** @typedef {ReturnType<typeof createTitle>} Title */
