// The rows of a list that is read page by page: each keeps its place, however far one goes, and few are held.
//
// A page knows the word (`place`) that reads it again. Pages far from what is looked at let go of their rows and keep
// their room; the first page always stays, so that the beginning is there at once from anywhere.

/** @template Row @typedef {{ place: string | null, start: number, count: number, rows: readonly Row[] | null }} Page */

const PAGE = 200
/** Pages on either side of what is looked at that keep their rows. */
const KEPT = 8

/**
 * @template Row
 * @param {(row: Row) => string} keyOf
 */
export function createPages(keyOf) {
  /** @type {Page<Row>[]} */
  let pages = []
  /** @type {string | null} */
  let next = null

  function renumber() {
    let start = 0
    for (const page of pages) {
      page.start = start
      start += page.count
    }
  }

  function size() {
    const last = pages.at(-1)
    return last ? last.start + last.count : 0
  }

  /** @param {number} place */
  function indexOf(place) {
    let [low, high] = [0, pages.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (/** @type {Page<Row>} */ (pages[middle]).start <= place) low = middle
      else high = middle - 1
    }
    return low
  }

  /** The pages that hold these places, and those beside them. @param {number} first @param {number} end */
  const around = (first, end) => [indexOf(first), indexOf(Math.max(first, end - 1))]

  return {
    get size() {
      return size()
    },
    /** The word that reads what follows; null: nothing does. */
    get next() {
      return next
    },
    /** @param {number} place */
    at(place) {
      const page = place < 0 ? undefined : pages[indexOf(place)]
      return page?.rows?.[place - page.start]
    },
    /** @param {string | undefined} key */
    placeOf(key) {
      for (const page of pages) {
        const index = page.rows?.findIndex((row) => keyOf(row) === key) ?? -1
        if (index !== -1) return page.start + index
      }
      return -1
    },
    /** Begins anew. @param {readonly Row[]} rows @param {string | null} more */
    reset(rows, more) {
      pages = rows.length > 0 ? [{ place: null, start: 0, count: rows.length, rows }] : []
      next = more
    },
    /** @param {readonly Row[]} rows @param {string | null} more */
    append(rows, more) {
      if (rows.length > 0) pages.push({ place: next, start: size(), count: rows.length, rows })
      next = more
    },
    /** Puts new ones before all others; their keys are the words that read what follows them. @param {readonly Row[]} rows */
    prepend(rows) {
      const [first] = pages
      const last = rows.at(-1)
      if (!last) return
      if (first?.rows && first.count < PAGE) {
        first.rows = [...rows, ...first.rows]
        first.count = first.rows.length
      } else {
        if (first) first.place = keyOf(last)
        pages.unshift({ place: null, start: 0, count: rows.length, rows })
      }
      renumber()
    },
    /** Changes a row that is held, or takes it out. @param {string} key @param {(row: Row) => Row | undefined} change */
    change(key, change) {
      for (const page of pages) {
        const row = page.rows?.find((one) => keyOf(one) === key)
        if (!row || !page.rows) continue
        const to = change(row)
        page.rows = to ? page.rows.with(page.rows.indexOf(row), to) : page.rows.filter((one) => one !== row)
        page.count = page.rows.length
        renumber()
        return
      }
    },
    /** The first page in sight whose rows were let go of. @param {number} first @param {number} end */
    missing(first, end) {
      const [from = 0, to = 0] = around(first, end)
      return pages.slice(from, to + 1).find((page) => page.rows === null)
    },
    /** Puts back what was let go of. It may be in more pages than before: those are bounded in bytes, too. @param {Page<Row>} page @param {readonly Row[]} rows @param {string | null} more */
    fill(page, rows, more) {
      const index = pages.indexOf(page)
      if (index === -1) return
      const rest = page.count - rows.length
      page.rows = rows
      page.count = rows.length
      if (rest > 0 && more !== null)
        pages.splice(index + 1, 0, { place: more, start: 0, count: rest, rows: null })
      renumber()
    },
    /** Lets go of the rows that are far from what is looked at. @param {number} first @param {number} end */
    letGo(first, end) {
      const [from = 0, to = 0] = around(first, end)
      pages.forEach((page, index) => {
        if (index > 0 && (index < from - KEPT || index > to + KEPT)) page.rows = null
      })
    },
    /** Forgets what lies far below: it is to be had again. @param {number} most */
    cut(most) {
      const index = pages.findIndex((page) => page.start >= most)
      if (index < 1) return
      next = /** @type {Page<Row>} */ (pages[index]).place
      pages.length = index
    },
  }
}

/** @template Row @typedef {ReturnType<typeof createPages<Row>>} Pages */
