// Sends a file, and tells how much of it has gone: fetch cannot. It is given up when nothing moves for a minute.
import { ApiError, UNREADABLE } from './api.js'

const IDLE_MS = 60_000

/**
 * @template T
 * @param {string} path
 * @param {File} file
 * @param {{ onProgress: (sent: number) => void, onSignedOut: () => void, signal: AbortSignal, idleMs?: number }} how
 * @returns {Promise<T>}
 */
export function upload(path, file, { onProgress, onSignedOut, signal, idleMs = IDLE_MS }) {
  const { promise, resolve, reject } = /** @type {PromiseWithResolvers<T>} */ (Promise.withResolvers())
  const request = new XMLHttpRequest()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  const moved = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      reject(new ApiError(0, 'slow', 'The hub does not answer'))
      request.abort()
    }, idleMs)
  }
  request.upload.addEventListener('progress', ({ loaded }) => {
    moved()
    onProgress(loaded)
  })
  request.addEventListener('load', () => {
    const { status, response } = request
    if (status === 200 && response?.columns) return resolve(response)
    if (status === 200) return reject(new ApiError(0, 'unreadable', UNREADABLE))
    if (status === 401) onSignedOut()
    const { code = '', message = `The hub answered ${status}`, details } = response?.error ?? {}
    reject(new ApiError(status, code, message, details))
  })
  request.addEventListener('error', () =>
    reject(new ApiError(0, 'unreachable', 'The hub cannot be reached, or the file was changed meanwhile')),
  )
  request.addEventListener('abort', () => reject(new ApiError(0, 'cancelled', 'Cancelled')))
  request.addEventListener('loadend', () => clearTimeout(timer))
  signal.addEventListener('abort', () => request.abort(), { once: true })
  request.open('POST', path)
  request.responseType = 'json'
  // Whatever the system calls the file: spreadsheets have taken .csv for themselves.
  request.setRequestHeader('content-type', 'text/csv')
  moved()
  request.send(file)
  return promise
}
