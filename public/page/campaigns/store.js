// The campaigns as they are: told by the socket at first and on every change; asked for while no socket comes through.
/** @import { Campaign } from '../../client.d.ts' */
/** @import { Api } from '../ground/api.js' */
import { createStore } from '../ground/store.js'

/**
 * @typedef {object} CampaignsState
 * @property {ReadonlyMap<string, Campaign>} campaigns those that run and the newest 50, by id, in no order
 */

/** @typedef {Pick<Campaign, 'subject'>} Named */

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

  /** @param {readonly string[]} ids drafts that were deleted */
  function remove(...ids) {
    const campaigns = new Map(store.get().campaigns)
    const gone = ids.filter((id) => campaigns.delete(id))
    if (gone.length > 0) store.set({ campaigns })
  }

  /**
   * Reads the newest. A draft that is deleted elsewhere is told by nobody: what was known, and is not among them, is gone.
   * @template {{ campaigns: readonly Campaign[], next: string | null }} Page
   * @param {() => Promise<Page>} read
   */
  async function newest(read) {
    const before = [...store.get().campaigns.keys()]
    const page = await read()
    const there = new Set(page.campaigns.map(({ id }) => id))
    const oldest = page.next === null ? '' : (page.campaigns.at(-1)?.id ?? '')
    remove(...before.filter((id) => id > oldest && !there.has(id)))
    return page
  }

  /** Not in the store: nobody tells how they change, and what is in there is taken for what is so now. @type {Map<string, Promise<Named>>} */
  const found = new Map()

  /** Not the text of its mail, which is kept by nobody. @param {string} id @returns {Promise<Named>} */
  async function nameOf(id) {
    const { subject } = /** @type {Named} */ (
      await api.get(`/campaigns/${encodeURIComponent(id)}`, { has: 'subject' })
    )
    return { subject }
  }

  return {
    store,
    put,
    /** For its name. One that need not be among the newest is asked for once, however many want to know. @param {string} id */
    find(id) {
      const known = store.get().campaigns.get(id) ?? found.get(id)
      if (known) return known
      const asked = nameOf(id)
      found.set(id, asked)
      asked.catch(() => found.delete(id))
      return asked
    },
    remove,
    newest,
    /** The one to speak of: what runs, the latest first. */
    running: () =>
      [...store.get().campaigns.values()]
        .filter(({ status }) => status === 'running' || status === 'paused')
        .sort((a, b) => String(b.started_at).localeCompare(String(a.started_at)))[0],
    /** @param {number} [limit] so many of the newest */
    async refresh(limit) {
      const read = () =>
        /** @type {Promise<{ campaigns: Campaign[], next: string | null }>} */ (
          api.get('/campaigns', { query: { limit } })
        )
      const { campaigns } = await newest(read)
      put(...campaigns)
    },
  }
}

/** @typedef {ReturnType<typeof createCampaigns>} Campaigns */
