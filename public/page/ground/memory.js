// What this browser keeps for the page, or this tab of it. One that keeps nothing (storage that is forbidden, or full) loses just that.

/** @typedef {'localStorage' | 'sessionStorage'} Where the second one is of this tab alone */

/** @param {string} name @param {Where} [where] @returns {string} empty: nothing is kept */
export function remembered(name, where = 'localStorage') {
  try {
    return globalThis[where].getItem(name) ?? ''
  } catch {
    return ''
  }
}

/** @param {string} name @param {string} text empty: forgets it @param {Where} [where] */
export function remember(name, text, where = 'localStorage') {
  try {
    if (text === '') globalThis[where].removeItem(name)
    else globalThis[where].setItem(name, text)
  } catch {
    // It is asked for, or said, once more.
  }
}
