// One history out of several that are each read page by page, newest first: told only as far as none of them is missing.

/**
 * @typedef {{ readonly at: number, readonly key: string }} Moment
 * @typedef {{ readonly rows: readonly Moment[], readonly next: string | null }} Source `next` null: it is all there
 */

/** @param {Source} source */
const reach = ({ rows, next }) =>
  next === null ? -Infinity : Math.min(...rows.map(({ at }) => at), Infinity)

/**
 * @template {Moment} M
 * @param {readonly { readonly rows: readonly M[], readonly next: string | null }[]} sources
 * @returns {{ moments: M[], behind: number | null }} `behind`: the source that has to be read on first
 */
export function mergeHistory(sources) {
  const until = Math.max(...sources.map(reach), -Infinity)
  const behind = until === -Infinity ? -1 : sources.findIndex((source) => reach(source) === until)
  const moments = sources.flatMap((source) => source.rows.filter(({ at }) => at >= until))
  return { moments: moments.toSorted((a, b) => b.at - a.at), behind: behind === -1 ? null : behind }
}
