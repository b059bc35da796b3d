// Something is about to happen: so many seconds to take it back. Leaving the view does not do it early, nor late.
import { html, useEffect, useRef, useState } from '../vendor/htm.js'

/**
 * @param {object} props
 * @param {string} props.what "Sending to 48,212"
 * @param {number} [props.seconds]
 * @param {() => void} props.onTime the time is over: do it
 * @param {() => void} props.onUndo
 */
export function Undo({ what, seconds = 10, onTime, onUndo }) {
  const [left, setLeft] = useState(seconds)
  // Not by the time of day: a clock that is put right meanwhile would send at once, or days later.
  const until = useRef(performance.now() + seconds * 1000)
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null))
  // So few seconds are no time to look for it by keys.
  useEffect(() => button.current?.focus(), [])
  useEffect(() => {
    const timer = setInterval(() => {
      const now = Math.ceil((until.current - performance.now()) / 1000)
      setLeft(Math.max(0, now))
      if (now > 0) return
      clearInterval(timer)
      onTime()
    }, 200)
    return () => clearInterval(timer)
  }, [])
  return html`
    <p class="undo">
      <span role="status" class="unseen">${`${what} in ${seconds} seconds`}</span>
      <span aria-hidden="true">${what} in <span class="number">${left}</span>${'\u00a0'}s</span>
      <button type="button" class="plain" ref=${button} onClick=${onUndo}>Undo</button>
    </p>
  `
}
