// The campaigns as they are: told by the socket at first and on every change; asked for while no socket comes through.
/** @import { Campaign } from '../../client.d.ts' */
/** @import { Api } from '../ground/api.js' */
import { createStore } from '../ground/store.js'

/**
 * @typedef {object} CampaignsState
 * @property {ReadonlyMap<string, Campaign>} campaigns those that run and the newest 50, by id, in no order
 */

/** @param {{ api: Pick<Api, 'get'> }} deps */
export function createCampaigns({ api }) {
  const store = createStore(/** @type {CampaignsState} */ ({ campaigns: new Map() }))

  /** @param {readonly Campaign[]} changed */
  function put(...changed) {
    const campaigns = new Map(store.get().campaigns)
    for (const campaign of changed) {
      if (typeof campaign.id !== 'string') throw new TypeError('This is no campaign')
      campaigns.set(campaign.id, campaign)
    }
    store.set({ campaigns })
  }

  /** Those that are asked for just now. @type {Map<string, Promise<Campaign>>} */
  const asked = new Map()

  /** @param {string} id @returns {Promise<Campaign>} */
  async function ask(id) {
    try {
      const campaign = /** @type {Campaign} */ (await api.get(`/campaigns/${encodeURIComponent(id)}`))
      put(campaign)
      return campaign
    } finally {
      asked.delete(id)
    }
  }

  return {
    store,
    put,
    /** One that need not be among the newest: asked for once, however many want to know. @param {string} id */
    find(id) {
      const known = store.get().campaigns.get(id) ?? asked.get(id) ?? ask(id)
      if (known instanceof Promise) asked.set(id, known)
      return known
    },
    /** @param {string} id a draft was deleted */
    remove(id) {
      const campaigns = new Map(store.get().campaigns)
      campaigns.delete(id)
      store.set({ campaigns })
    },
    /** The one to speak of: what runs, the latest first. */
    running: () =>
      [...store.get().campaigns.values()]
        .filter(({ status }) => status === 'running' || status === 'paused')
        .sort((a, b) => String(b.started_at).localeCompare(String(a.started_at)))[0],
    /** @param {number} [limit] so many of the newest */
    async refresh(limit) {
      const query = { limit }
      const { campaigns } = /** @type {{ campaigns: Campaign[] }} */ (await api.get('/campaigns', { query }))
      put(...campaigns)
    },
  }
}

/** @typedef {ReturnType<typeof createCampaigns>} Campaigns */
