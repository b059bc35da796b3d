// What this browser keeps for the page. One that keeps nothing (storage that is forbidden, or full) loses just that.

/** @param {string} name @returns {string} empty: nothing is kept */
export function remembered(name) {
  try {
    return localStorage.getItem(name) ?? ''
  } catch {
    return ''
  }
}

/** @param {string} name @param {string} text empty: forgets it */
export function remember(name, text) {
  try {
    if (text === '') localStorage.removeItem(name)
    else localStorage.setItem(name, text)
  } catch {
    // It is asked for, or said, once more.
  }
}
