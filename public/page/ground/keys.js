// Single keys: `/`, `j`, `g` then `l` … Not while one is typing, and not at all for whoever turns them off.
import { remember, remembered } from './memory.js'

const SEQUENCE_MS = 1500
const OFF = 'single-keys-off'

/** What the help lists. @type {readonly (readonly [keys: string, what: string])[]} */
export const KEYS_HELP = Object.freeze([
  ['/', 'Search'],
  ['t', 'Go to a time'],
  ['j k', 'Next, previous line'],
  ['Home End', 'First, last line'],
  ['Enter', 'Open the line'],
  ['Esc', 'Close'],
  ['p', 'Pause or resume the list'],
  ['n', 'New campaign, in Campaigns'],
  ['g l', 'Go to Live'],
  ['g c', 'Go to Campaigns'],
  ['g u', 'Go to Subscribers'],
  ['g s', 'Go to Set-up'],
  ['?', 'This help'],
])

export function createKeys() {
  /** The last given is asked first. @type {Record<string, (event: KeyboardEvent) => boolean | void>[]} */
  const maps = []
  let prefix = ''
  let prefixAt = 0

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return
    // An open dialog has the keys for itself.
    if (document.querySelector('dialog[open]')) return
    if (event.key !== 'Escape' && (isTyping(event.target) || areKeysOff())) return
    const key = latin(event)
    const name = event.timeStamp - prefixAt < SEQUENCE_MS ? prefix + key : key
    prefix = key === 'g' ? 'g ' : ''
    prefixAt = event.timeStamp
    // The first that takes it; one that answers false leaves it to the others.
    const taken = maps.toReversed().some((map) => map[name] !== undefined && map[name](event) !== false)
    if (taken) event.preventDefault()
  })

  return {
    /**
     * @param {Record<string, (event: KeyboardEvent) => boolean | void>} map
     * @returns {() => void} takes it away again
     */
    use(map) {
      maps.push(map)
      return () => maps.splice(maps.indexOf(map), 1)
    },
  }
}

/** Where Korean, or another script, is typed, the letter that stands on the same key. @param {KeyboardEvent} event */
function latin({ key, code }) {
  return key.length === 1 && key > '~' && code.startsWith('Key') ? code.slice(3).toLowerCase() : key
}

/** @typedef {ReturnType<typeof createKeys>} Keys */

/** @param {EventTarget | null} target */
function isTyping(target) {
  const fields = 'input:not([type=checkbox], [type=file]), textarea, select, [contenteditable]'
  return target instanceof Element && target.matches(fields)
}

export function areKeysOff() {
  return remembered(OFF) === 'yes'
}

/** @param {boolean} off */
export function turnKeysOff(off) {
  remember(OFF, off ? 'yes' : '')
}
