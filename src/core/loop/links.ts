// The links of a campaign. Clicks on them are counted by linkKey (events/facts.ts).

// Two patterns without ambiguity instead of one with: so the time is proportional to the length, also for hostile HTML.
const ANCHOR = /<a\b[^>]*/gi
const LINK = /(?<![\w-])href\s*=\s*(?:["']\s*)?(https?:[^"'\s>]+)/i

/** The distinct URLs that a campaign's HTML links to. One with placeholders differs for each subscriber. */
export function linksIn(html: string): readonly string[] {
  const urls = Array.from(html.matchAll(ANCHOR), ([tag]) => LINK.exec(tag)?.[1])
  const written = urls.flatMap((url) => url?.replaceAll(/&(?:amp|#38|#x26);/gi, '&') ?? [])
  return [...new Set(written)]
}
