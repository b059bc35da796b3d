// A file on its way into the list: looked through first, then imported. It goes on while one looks at other views.
/** @import { ImportReport } from '../types.d.ts' */
/** @import { Api } from '../../ground/api.js' */
import { problemOf } from '../../ground/asking.js'
import { createStore } from '../../ground/store.js'
import { upload } from '../../ground/upload.js'
import { forgetLists } from '../store.js'

/**
 * @typedef {'subscribers' | 'suppressions'} Target
 * @typedef {object} ImportState
 * @property {'none' | 'checking' | 'checked' | 'importing' | 'done' | 'failed'} phase
 * @property {Target} target
 * @property {File | null} file
 * @property {number} sent bytes of it
 * @property {ImportReport | null} report
 * @property {string} problem
 * @property {boolean} dry what failed was the looking through
 */

/** @type {ImportState} */
const NONE = {
  phase: 'none',
  target: 'subscribers',
  file: null,
  sent: 0,
  report: null,
  problem: '',
  dry: true,
}

/** @type {Readonly<Record<Target, string>>} */
const PATHS = { subscribers: '/subscribe/import', suppressions: '/suppressions/import' }

function createImport() {
  const store = createStore(NONE)
  /** @type {AbortController | undefined} */
  let running
  let onSignedOut = () => {}

  const warn = (/** @type {BeforeUnloadEvent} */ event) => event.preventDefault()

  /** @param {Target} target @param {File} file @param {boolean} dry */
  async function run(target, file, dry) {
    running?.abort()
    const mine = (running = new AbortController())
    store.set({ ...NONE, target, file, dry, phase: dry ? 'checking' : 'importing' })
    if (!dry) addEventListener('beforeunload', warn)
    try {
      const report = /** @type {ImportReport} */ (
        await upload(PATHS[target] + (dry ? '?dry_run=true' : ''), file, {
          signal: mine.signal,
          onSignedOut,
          onProgress: (sent) => mine === running && store.set({ sent }),
        })
      )
      if (mine === running) store.set({ phase: dry ? 'checked' : 'done', report })
    } catch (error) {
      if (mine === running) store.set({ phase: 'failed', problem: problemOf(error) })
    } finally {
      if (!dry) {
        removeEventListener('beforeunload', warn)
        forgetLists()
      }
    }
  }

  return {
    store,
    /** @param {Pick<Api, 'signedOut'>} api @param {Target} target @param {File} file */
    check(api, target, file) {
      onSignedOut = api.signedOut
      run(target, file, true)
    },
    start() {
      const { target, file } = store.get()
      if (file) run(target, file, false)
    },
    again() {
      const { target, file, dry } = store.get()
      if (file) run(target, file, dry)
    },
    cancel: () => running?.abort(),
    reset() {
      running?.abort()
      running = undefined
      store.set(NONE)
    },
  }
}

export const fileImport = createImport()
