// A draft as it is written: what is typed is saved by itself a moment later, and whatever could not be is tried again.
/** @import { Api } from '../../ground/api.js' */
/** @import { Campaign } from '../../../client.d.ts' */
import { createRetry, failureOf } from '../../ground/asking.js'
import { remember, remembered } from '../../ground/memory.js'
import { createStore } from '../../ground/store.js'
import { unique } from '../../ground/unique.js'

const PAUSE_MS = 700
/** What this tab keeps of the draft that one left, or was signed out of, before it could be saved. */
const UNSAVED = 'unsaved-draft'
const FIELDS = /** @type {const} */ (['subject', 'preheader', 'content', 'text', 'reply_to', 'tag'])

/** @typedef {Campaign & { content: string, text: string | null, preheader: string | null, reply_to: string | null }} WholeCampaign */
/** @typedef {Record<(typeof FIELDS)[number], string>} Fields */
/**
 * @typedef {object} DraftState
 * @property {Fields} fields
 * @property {string} id '' until it is saved for the first time
 * @property {'empty' | 'saved' | 'unsaved' | 'saving' | 'failed'} state
 * @property {string} problem
 * @property {string} wrong the field that the problem is about
 * @property {boolean} gone it was deleted elsewhere
 * @property {number | null} savedAt
 * @property {number} version goes up with each saving
 */

/**
 * @param {object} deps
 * @param {Pick<Api, 'call' | 'get' | 'now'>} deps.api
 * @param {WholeCampaign | null} deps.campaign null: a new one
 * @param {(campaign: WholeCampaign, isNew: boolean) => void} deps.onSaved
 */
export function createDraft({ api, campaign, onSaved }) {
  /** What the hub has, as far as that is known. @type {{ readonly [Name in keyof Fields]?: string | undefined }} */
  let saved = fieldsOf(campaign)
  /** What the hub told last. */
  let told = fieldsOf(campaign)
  const store = createStore(
    /** @type {DraftState} */ ({
      fields: fieldsOf(campaign),
      id: campaign?.id ?? '',
      state: campaign ? 'saved' : 'empty',
      problem: '',
      wrong: '',
      gone: false,
      savedAt: null,
      version: 0,
    }),
  )
  const unsaved = unsavedOf(campaign?.id ?? '')
  /** A repeated first saving is one draft. */
  let key = unsaved?.key ?? unique()
  const retry = createRetry(() => void flush().catch(() => {}))
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  /** @type {Promise<void> | undefined} */
  let saving

  const isWhole = () => store.get().fields.subject.trim() !== '' && store.get().fields.content.trim() !== ''
  const changes = () =>
    Object.fromEntries(
      FIELDS.filter((name) => store.get().fields[name] !== saved[name]).map((name) => [
        name,
        name === 'subject' || name === 'content'
          ? store.get().fields[name]
          : store.get().fields[name] || null,
      ]),
    )

  async function save() {
    const sent = store.get().fields
    const { id } = store.get()
    const body = changes()
    store.set({ state: 'saving' })
    try {
      const answer = /** @type {WholeCampaign} */ (
        id
          ? await api.call('PATCH', `/campaigns/${id}`, { body, has: 'id' })
          : await api.call('POST', '/campaigns', {
              body,
              has: 'id',
              headers: { 'idempotency-key': `${key}-${hash(sent)}` },
            })
      )
      saved = sent
      told = fieldsOf(answer)
      retry.worked()
      forget(id)
      const { version, fields } = store.get()
      const state = fields === sent ? 'saved' : 'unsaved'
      store.set({ id: answer.id, state, problem: '', wrong: '', savedAt: api.now(), version: version + 1 })
      onSaved(answer, id === '')
    } catch (error) {
      const { problem, final, missing } = failureOf(error)
      store.set({ state: 'failed', problem, wrong: fieldIn(error), gone: missing && id !== '' })
      if (!final) {
        // It may have been saved all the same: what is typed instead is sent, even if it is what was there before.
        saved = { ...saved, ...Object.fromEntries(Object.keys(body).map((name) => [name, undefined])) }
        retry.later(error)
      }
      throw error
    }
  }

  /** Saves what is not saved yet; throws why it could not. */
  async function flush() {
    clearTimeout(timer)
    await saving?.catch(() => {})
    if (!isWhole()) return
    if (Object.keys(changes()).length === 0) return store.set({ state: 'saved' })
    saving = save()
    try {
      await saving
    } finally {
      saving = undefined
    }
  }

  /**
   * Whether the hub has what is seen here: in another tab, or by somebody else, it may have been changed or deleted. Throws so,
   * and shows it as it is now, if nothing that was typed would be lost.
   */
  async function look() {
    try {
      const { id } = store.get()
      const theirs = fieldsOf(
        /** @type {WholeCampaign} */ (await api.get(`/campaigns/${id}`, { has: 'content' })),
      )
      if (FIELDS.every((name) => theirs[name] === told[name]) || store.get().state !== 'saved') return
      saved = told = theirs
      store.set({ fields: theirs, version: store.get().version + 1 })
    } catch (error) {
      const { problem, missing } = failureOf(error)
      if (missing) store.set({ state: 'failed', problem, gone: true })
      throw error
    }
    throw new Error('The draft was changed elsewhere. This is how it is now')
  }

  /** @param {Partial<Fields>} part */
  function change(part) {
    const fields = { ...store.get().fields, ...part }
    store.set({
      fields,
      state: store.get().id || isWholeOf(fields) ? 'unsaved' : 'empty',
      problem: '',
      wrong: '',
      gone: false,
    })
    clearTimeout(timer)
    retry.cancel()
    if (isWholeOf(fields)) timer = setTimeout(() => void flush().catch(() => {}), PAUSE_MS)
  }

  function keep() {
    const { id, fields } = store.get()
    const names = Object.keys(changes())
    const part = Object.fromEntries(names.map((name) => [name, fields[/** @type {keyof Fields} */ (name)]]))
    if (names.length === 0) return forget(id)
    remember(UNSAVED, JSON.stringify({ id, key, part }), 'sessionStorage')
  }

  if (unsaved) change(unsaved.part)
  return {
    store,
    flush,
    look,
    isWhole,
    /** @param {keyof Fields} name @param {string} value */
    change: (name, value) => change({ [name]: value }),
    /** It was deleted elsewhere: what is written here becomes another draft. */
    renew() {
      saved = fieldsOf(null)
      key = unique()
      store.set({ id: '', gone: false })
      return flush()
    },
    /** It is deleted: nothing of it is saved any more. */
    drop() {
      saved = store.get().fields
      store.set({ state: 'saved' })
    },
    /** One leaves: what was typed last is saved all the same, or else is here again when one comes back. */
    close() {
      retry.cancel()
      void flush()
        .catch(() => {})
        .then(keep)
    },
  }
}

/** @typedef {ReturnType<typeof createDraft>} Draft */

/** @param {string} id @returns {{ key: string, part: Partial<Fields> } | undefined} */
function unsavedOf(id) {
  const kept = JSON.parse(remembered(UNSAVED, 'sessionStorage') || '{}')
  return kept.id === id ? kept : undefined
}

/** @param {string} id */
function forget(id) {
  if (unsavedOf(id)) remember(UNSAVED, '', 'sessionStorage')
}

/** @param {Fields} fields */
const isWholeOf = ({ subject, content }) => subject.trim() !== '' && content.trim() !== ''

/** @param {WholeCampaign | null} campaign @returns {Fields} */
function fieldsOf(campaign) {
  return {
    subject: campaign?.subject ?? '',
    preheader: campaign?.preheader ?? '',
    content: campaign?.content ?? '',
    text: campaign?.text ?? '',
    reply_to: campaign?.reply_to ?? '',
    tag: campaign?.tag ?? '',
  }
}

/** Which field an error is about. @param {unknown} error */
function fieldIn(error) {
  const details = error instanceof Error && 'details' in error ? error.details : undefined
  const [first] = [details].flat()
  const field = first && typeof first === 'object' && 'field' in first ? String(first.field) : ''
  return FIELDS.some((name) => name === field) ? field : ''
}

/** Another text under the same key would be refused: it is a key of its own then. @param {Fields} fields */
function hash(fields) {
  let sum = 0
  for (const letter of JSON.stringify(fields)) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) | 0
  return (sum >>> 0).toString(36)
}
