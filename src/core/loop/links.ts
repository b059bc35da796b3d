// The links of a campaign. What clicks on them are counted by: linkKey in events/facts.ts.

// Two steps, in each of which no text can be matched in many ways: the time stays in proportion to the length.
const ANCHOR = /<a\b[^>]*/gi
const LINK = /(?<![\w-])href\s*=\s*(?:["']\s*)?(https?:[^"'\s>]+)/i

/** The different addresses that a campaign's HTML leads to. One with placeholders in it is another for each subscriber. */
export function linksIn(html: string): readonly string[] {
  const urls = Array.from(html.matchAll(ANCHOR), ([tag]) => LINK.exec(tag)?.[1])
  const written = urls.flatMap((url) => url?.replaceAll(/&(?:amp|#38|#x26);/gi, '&') ?? [])
  return [...new Set(written)]
}
