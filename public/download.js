// A file of the hub's, saved: a link cannot say that it wants CSV, and shows an error as if it were the file.
import { ApiError } from './api.js'

/** @param {string} path @param {string} type @param {string} name @returns {Promise<void>} */
export async function download(path, type, name) {
  const response = await fetch(path, { headers: { accept: type } }).catch(() => undefined)
  if (!response) throw new ApiError(0, 'unreachable', 'The hub cannot be reached')
  if (!response.ok) {
    const answer = await response.json().catch(() => null)
    const { code = '', message = `The hub answered ${response.status}` } = answer?.error ?? {}
    throw new ApiError(response.status, code, message)
  }
  const blob = await response.blob().catch(() => {
    throw new ApiError(0, 'unreachable', 'The file broke off: the hub cannot be reached')
  })
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
