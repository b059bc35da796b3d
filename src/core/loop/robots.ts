// Robots that only give themselves away by clicking everything at once. Those known by their user agent: events/agents.ts.

/** A scanner follows links while the mail is being delivered; nobody reads so fast. */
const SECONDS_OF_DELIVERY_MS = 5_000
const FEWEST_LINKS = 2

type Click = { readonly at: number; readonly link: string }

/**
 * The early clicks, if they followed every link of the mail (`links` different ones, at least two) within seconds of its
 * delivery. A single fast click may be a person's, and counts as one.
 */
export function scannersClicks(
  clicks: readonly Click[],
  deliveredAt: number | null,
  links: number,
): ReadonlySet<Click> {
  if (deliveredAt === null) return new Set()
  const early = clicks.filter(({ at }) => at <= deliveredAt + SECONDS_OF_DELIVERY_MS)
  const different = new Set(early.map(({ link }) => link)).size
  return new Set(different >= Math.max(FEWEST_LINKS, links) ? early : [])
}
