// Where a file is dropped, or chosen by whoever does not drag.
import { html, useState } from '../../vendor/htm.js'
import { Icon } from '../../parts/icon.js'

/** @param {{ label: string, accept: string, onFile: (file: File) => void, children?: unknown }} props */
export function FileDrop({ label, accept, onFile, children }) {
  const [over, setOver] = useState(false)
  const take = (/** @type {FileList | null | undefined} */ files) => {
    const [file] = files ?? []
    if (file) onFile(file)
  }
  const drag = (/** @type {boolean} */ on) => (/** @type {DragEvent} */ event) => {
    event.preventDefault()
    setOver(on)
  }
  return html`
    <label
      class=${over ? 'file-drop over' : 'file-drop'}
      onDragOver=${drag(true)}
      onDragLeave=${drag(false)}
      onDrop=${(/** @type {DragEvent} */ event) => {
        drag(false)(event)
        take(event.dataTransfer?.files)
      }}
    >
      <${Icon} name="inbound" /><span>${label}</span>
      <input
        type="file"
        accept=${accept}
        onChange=${(/** @type {Event} */ event) => {
          const input = /** @type {HTMLInputElement} */ (event.currentTarget)
          take(input.files)
          // The same file again, mended meanwhile, is a choice, too.
          input.value = ''
        }}
      />
      ${children}
    </label>
  `
}
