// The rows of a list that is read page by page: each keeps its place, however far one goes, and few are held.
//
// A page knows the word (`place`) that reads it again. Pages far from what is looked at let go of their rows and keep
// their room; the first page always stays, so that the beginning is there at once from anywhere.
//
// The end can be there before what lies between: pages that are read from the end back, below a hole that has the room of
// one row. It is read into from both sides, and closes where they meet.

/** @template Row @typedef {{ place: string | null, start: number, count: number, rows: readonly Row[] | null, fromEnd?: boolean }} Page */
/** @typedef {{ place: string | null, fromEnd: boolean }} Edge where a list is read on */

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
  /** The word that reads what comes before the pages from the end. @type {string | null} */
  let previous = null
  /** One row's room for all that was not read. @type {Page<Row>} */
  const hole = { place: null, start: 0, count: 1, rows: null }
  const holeIndex = () => pages.indexOf(hole)

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

  /** @param {Page<Row> | undefined} page @param {number} at */
  const keyIn = (page, at) => {
    const row = page?.rows?.at(at)
    return row && keyOf(row)
  }

  /** Puts what was read on above or below the hole. @param {Page<Row>} page @param {string | null} more */
  function bridge({ place, rows: read, fromEnd }, more) {
    const at = holeIndex()
    // Where the other side begins is known already.
    const known = keyIn(pages[fromEnd ? at - 1 : at + 1], fromEnd ? -1 : 0)
    const met = read?.findIndex((row) => keyOf(row) === known) ?? -1
    const rows = met === -1 ? read : fromEnd ? read?.slice(met + 1) : read?.slice(0, met)
    const closes = met !== -1 || more === null
    const page = { place, start: 0, count: rows?.length ?? 0, rows: rows ?? null, fromEnd }
    const fresh = page.count > 0 ? [page] : []
    pages.splice(at, 1, ...(closes ? fresh : fromEnd ? [hole, ...fresh] : [...fresh, hole]))
    if (closes) next = previous = null
    else if (fromEnd) previous = more
    else next = more
    renumber()
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
    /** Where rows are missing between those from the beginning and those from the end; -1: nowhere. */
    get hole() {
      return pages.includes(hole) ? hole.start : -1
    },
    /** The rows beside the hole. @returns {[Row | undefined, Row | undefined]} */
    get besideHole() {
      const at = holeIndex()
      return [pages[at - 1]?.rows?.at(-1), pages[at + 1]?.rows?.at(0)]
    },
    /** What is to be read on for whoever looks at these places. @param {number} first @param {number} end @param {number} ahead @returns {Edge | undefined} */
    edge(first, end, ahead) {
      if (next === null) return undefined
      const { start } = pages.includes(hole) ? hole : { start: size() }
      if ((first + end) / 2 > start)
        return first - ahead <= start ? { place: previous, fromEnd: true } : undefined
      return end >= start - ahead ? { place: next, fromEnd: false } : undefined
    },
    /** The last ones, while what lies between is not read. @param {readonly Row[]} rows @param {string | null} more what comes before them */
    end(rows, more) {
      if (next === null || pages.includes(hole)) return
      pages.push(hole)
      bridge({ place: null, start: 0, count: 0, rows, fromEnd: true }, more)
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
      previous = null
    },
    /** What was read at an edge. @param {Edge} edge @param {readonly Row[]} rows @param {string | null} more */
    append({ place, fromEnd }, rows, more) {
      if (place !== (fromEnd ? previous : next)) return
      if (pages.includes(hole)) return bridge({ place, start: 0, count: 0, rows, fromEnd }, more)
      if (fromEnd) return
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
      return pages.slice(from, to + 1).find((page) => page.rows === null && page !== hole)
    },
    /** Puts back what was let go of. It may be in more pages than before: those are bounded in bytes, too. @param {Page<Row>} page @param {readonly Row[]} rows @param {string | null} more */
    fill(page, rows, more) {
      const index = pages.indexOf(page)
      if (index === -1) return
      const rest = page.count - rows.length
      page.rows = rows
      page.count = rows.length
      const { fromEnd } = page
      if (rest > 0 && more !== null)
        pages.splice(fromEnd ? index : index + 1, 0, {
          place: more,
          start: 0,
          count: rest,
          rows: null,
          fromEnd,
        })
      renumber()
    },
    /** Lets go of the rows that are far from what is looked at, and from any edge. @param {number} first @param {number} end */
    letGo(first, end) {
      const [from = 0, to = 0] = around(first, end)
      const at = holeIndex()
      const edges = at === -1 ? [0] : [0, at - 1, at + 1, pages.length - 1]
      pages.forEach((page, index) => {
        if (!edges.includes(index) && (index < from - KEPT || index > to + KEPT)) page.rows = null
      })
    },
    /** Forgets what lies far below: it is to be had again. @param {number} most */
    cut(most) {
      const index = pages.findIndex((page) => page.start >= most)
      if (index < 1) return
      const at = holeIndex()
      const isBelowHole = at !== -1 && at <= index
      if (!isBelowHole) next = /** @type {Page<Row>} */ (pages[index]).place
      pages.length = isBelowHole ? at : index
    },
  }
}

/** @template Row @typedef {ReturnType<typeof createPages<Row>>} Pages */
