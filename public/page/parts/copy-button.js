// Puts a text on the clipboard, and says so.
import { html, useEffect, useState } from '../vendor/htm.js'
import { Icon } from './icon.js'

const SAID_MS = 2000

/** @param {{ text: string, what: string, label?: string }} props `what` is copied: "the URL" */
export function CopyButton({ text, what, label = 'Copy' }) {
  const [said, setSaid] = useState('')
  useEffect(() => {
    if (!said) return
    const timer = setTimeout(() => setSaid(''), SAID_MS)
    return () => clearTimeout(timer)
  }, [said])
  const copy = async () => setSaid((await copyText(text)) ? 'Copied' : 'Not copied: select the text')
  return html`
    <button type="button" class="plain copy" aria-label=${said || `Copy ${what}`} onClick=${copy}>
      <${Icon} name=${said === 'Copied' ? 'delivered' : 'copy'} /><span aria-live="polite"
        >${said || label}</span
      >
    </button>
  `
}

/** @param {string} text */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

// On plain http beyond localhost there is no clipboard API; the old way still works there.
/** @param {string} text */
function copyBySelection(text) {
  const before = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'unseen'
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  if (before instanceof HTMLElement) before.focus()
  return done
}
