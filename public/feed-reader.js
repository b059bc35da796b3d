// What the list reads from the archive: the newest page, the page below, and what it let go of at its top.
/** @import { Api } from './api.js' */
/** @import { EventWindow } from './model/event-window.js' */
/** @import { Filter } from './types.d.ts' */
import { later } from './model/cursor.js'
import { storedRow } from './model/facts.js'
import { ALL, isAll } from './model/filter.js'

export const PAGE = 200
const READ_AGAIN_MS = 2000

/**
 * @param {object} deps
 * @param {Pick<Api, 'events'>} deps.api
 * @param {EventWindow} deps.list
 * @param {(problem: string) => void} deps.onProblem the newest could not be read; it is tried again
 */
export function createReader({ api, list, onProblem }) {
  /** Goes up with every reading of the newest: the answers to all earlier questions are out of date. */
  let reading = 0
  let newestUnderWay = false
  let fetching = false

  /**
   * Begins the list anew with the newest page. Gives the place from where on the socket has to tell, or undefined
   * when another reading has begun meanwhile.
   * @param {Filter} filter
   * @returns {Promise<string | undefined>}
   */
  async function newest(filter) {
    const mine = ++reading
    newestUnderWay = true
    try {
      // With a filter: the head, read first, so that the socket need not look through all that did not match.
      const head = isAll(filter) ? undefined : await headOfFeed()
      const { events, next } = await api.events(filter, { limit: PAGE })
      if (mine !== reading) return undefined
      list.reset(events.map(storedRow), next !== null)
      newestUnderWay = false
      return later(head, list.newest) ?? '0'
    } catch (error) {
      if (mine !== reading) return undefined
      onProblem(error instanceof Error ? error.message : String(error))
      await new Promise((resolve) => setTimeout(resolve, READ_AGAIN_MS))
      return mine === reading ? newest(filter) : undefined
    }
  }

  async function headOfFeed() {
    return (await api.events(ALL, { limit: 1 })).events[0]?.cursor
  }

  /**
   * Reads a page that adjoins the list, one at a time. What has become out of date meanwhile is dropped.
   * @param {Filter} filter
   * @param {{ limit: number, before?: string, after?: string }} place
   * @param {(rows: ReturnType<typeof storedRow>[], more: boolean) => void} add
   */
  async function adjoining(filter, place, add) {
    if (fetching || newestUnderWay) return false
    fetching = true
    const mine = reading
    try {
      const { events, next } = await api.events(filter, place)
      const stillThere = place.before ? list.oldest === place.before : list.top === place.after
      const fits = mine === reading && stillThere
      if (fits) add(events.map(storedRow), next !== null)
      return fits
    } catch {
      return false
    } finally {
      fetching = false
    }
  }

  return {
    newest,
    headOfFeed,
    /** True while the list is about to begin anew. */
    get busy() {
      return newestUnderWay
    },
    /** Makes whatever is being read out of date; until `newest` is called, the list waits for it. */
    cancel() {
      reading += 1
      newestUnderWay = true
    },
    /** @param {Filter} filter */
    async older(filter) {
      const before = list.oldest
      if (!list.moreOlder || !before) return false
      return adjoining(filter, { limit: PAGE, before }, list.addOlder)
    },
    /** @param {Filter} filter */
    async newer(filter) {
      const after = list.top
      if (list.above === 0 || !after) return false
      return adjoining(filter, { limit: Math.min(PAGE, list.above), after }, list.addNewer)
    },
  }
}
