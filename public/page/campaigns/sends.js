// Campaigns that were said yes to: each starts when its seconds to undo are over, and not before. A page that is closed
// meanwhile has started nothing.
/** @import { Campaign } from '../../client.d.ts' */
/** @import { Api } from '../ground/api.js' */
import { isFinal, undoneOf } from '../ground/asking.js'
import { createStore } from '../ground/store.js'

/**
 * @typedef {object} Send
 * @property {string} id of the campaign
 * @property {string} subject
 * @property {number} recipients
 * @property {'waiting' | 'starting' | 'failed'} state
 * @property {string} problem
 */

/** @param {{ api: Pick<Api, 'post' | 'get'>, put: (campaign: Campaign) => void, say: (said: string) => void }} deps */
export function createSends({ api, put, say }) {
  const store = createStore({ sends: /** @type {readonly Send[]} */ ([]) })

  /** @param {string} id @param {Partial<Send>} to */
  const change = (id, to) =>
    store.set({ sends: store.get().sends.map((send) => (send.id === id ? { ...send, ...to } : send)) })
  /** @param {string} id */
  const drop = (id) => store.set({ sends: store.get().sends.filter((send) => send.id !== id) })
  /** @param {string} id */
  const of = (id) => store.get().sends.find((send) => send.id === id)

  addEventListener('beforeunload', (event) => {
    if (store.get().sends.some(({ state }) => state === 'waiting')) event.preventDefault()
  })

  /** @param {string} id */
  async function start(id) {
    if (!of(id)) return
    change(id, { state: 'starting', problem: '' })
    try {
      put(await begin(id))
      drop(id)
      say('The campaign has started')
    } catch (error) {
      change(id, { state: 'failed', problem: undoneOf(error, 'Not sent') })
    }
  }

  /** An answer that was lost may have been a yes. @param {string} id @returns {Promise<Campaign>} */
  async function begin(id) {
    try {
      return await api.post(`/campaigns/${id}/start`)
    } catch (error) {
      if (!isFinal(error)) throw error
      const campaign = /** @type {Campaign} */ (await api.get(`/campaigns/${id}`))
      if (campaign.started_at === null) throw error
      return campaign
    }
  }

  return {
    store,
    of,
    start,
    drop,
    /** @param {Pick<Send, 'id' | 'subject' | 'recipients'>} send */
    add: (send) =>
      store.set({
        sends: [
          ...store.get().sends.filter(({ id }) => id !== send.id),
          { ...send, state: 'waiting', problem: '' },
        ],
      }),
  }
}

/** @typedef {ReturnType<typeof createSends>} Sends */
