// Robots that only their behaviour tells: who clicks everything at once. What user agents tell: see events/agents.ts.

/** A scanner follows links while the mail is being delivered; nobody reads so fast. */
const SECONDS_OF_DELIVERY_MS = 5_000
const FEWEST_LINKS = 2

type Click = { readonly at: number; readonly link: string }

/**
 * The clicks of whoever followed every link of the mail (`links` different ones, and two at least) within seconds of its
 * delivery. A single fast click may be a person's, and stays one.
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
