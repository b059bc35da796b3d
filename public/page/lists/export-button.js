// All that match as a file: how much has come is told, it can be let go, and a file that broke off is never saved.
/** @import { App } from '../main.js' */
import { html, useEffect, useRef, useState } from '../vendor/htm.js'
import { problemOf } from '../ground/asking.js'
import { Icon } from '../parts/icon.js'

/**
 * @param {object} props
 * @param {App} props.app
 * @param {string} props.path
 * @param {Readonly<Record<string, unknown>>} props.query
 * @param {string} props.name of the file
 * @param {string} [props.word] on the button
 * @param {string} [props.type] of the file
 */
export function ExportButton({ app, path, query, name, word = 'Export CSV', type = 'text/csv' }) {
  const [{ bytes, problem }, setState] = useState({ bytes: /** @type {number | null} */ (null), problem: '' })
  const running = useRef(/** @type {AbortController | undefined} */ (undefined))
  useEffect(() => () => running.current?.abort(), [])
  const start = async () => {
    const mine = (running.current = new AbortController())
    setState({ bytes: 0, problem: '' })
    try {
      const progress = (/** @type {number} */ bytes) => setState({ bytes, problem: '' })
      save(await fetchFile(app, path, query, type, mine.signal, progress), name)
      setState({ bytes: null, problem: '' })
      app.say(`${name} is saved`)
    } catch (error) {
      setState({ bytes: null, problem: mine.signal.aborted ? '' : `Not exported: ${problemOf(error)}` })
    }
  }
  // The second click of a double one was for the first button, which stood here.
  const cancel = (/** @type {MouseEvent} */ { detail }) => detail < 2 && running.current?.abort()
  return html`
    <span class="export">
      ${
        bytes === null
          ? html`<button type="button" class="plain" onClick=${start}>
              <${Icon} name="inbound" />${word}
            </button>`
          : html`<button type="button" class="plain" onClick=${cancel}>
              <${Icon} name="close" />${(bytes / 1e6).toFixed(1)} MB · Cancel
            </button>`
      }
      ${problem && html`<span class="wrong" role="alert">${problem}</span>`}
    </span>
  `
}

/** Nothing for so long, and it is given up. */
const IDLE_MS = 30_000

/** A browser keeps a large Blob on disk: no more than this is in the page's memory. */
const IN_MEMORY = 8 * 1024 * 1024

/**
 * @param {App} app @param {string} path @param {Readonly<Record<string, unknown>>} query @param {string} type
 * @param {AbortSignal} signal @param {(bytes: number) => void} onProgress
 */
async function fetchFile({ api }, path, query, type, signal, onProgress) {
  const late = new AbortController()
  const wait = () => setTimeout(() => late.abort(new Error('The hub does not answer')), IDLE_MS)
  let timer = wait()
  try {
    const body = await api.begun(path, type, {
      query,
      signal: AbortSignal.any([signal, late.signal]),
      limitMs: 0,
    })
    /** @type {BlobPart[]} */
    let chunks = []
    let bytes = 0
    let inMemory = 0
    for await (const chunk of /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (body)) {
      clearTimeout(timer)
      timer = wait()
      chunks.push(chunk)
      onProgress((bytes += chunk.length))
      if ((inMemory += chunk.length) > IN_MEMORY) {
        chunks = [new Blob(chunks)]
        inMemory = 0
      }
    }
    return new Blob(chunks, { type })
  } catch (error) {
    throw error instanceof TypeError ? new Error('The hub cannot be reached') : error
  } finally {
    clearTimeout(timer)
  }
}

/** @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
