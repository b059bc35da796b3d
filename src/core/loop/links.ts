// The links of a campaign, and what they are counted by.
import { createHash } from 'node:crypto'

const KEY_LENGTH = 8

// Two steps, in each of which no text can be matched in many ways: the time stays in proportion to the length.
const ANCHOR = /<a\b[^>]*/gi
const LINK = /(?<![\w-])href\s*=\s*(?:["']\s*)?(https?:[^"'\s>]+)/i

/** The different addresses that a campaign's HTML leads to. One with placeholders in it is another for each subscriber. */
export function linksIn(html: string): readonly string[] {
  const urls = Array.from(html.matchAll(ANCHOR), ([tag]) => LINK.exec(tag)?.[1])
  const written = urls.flatMap((url) => url?.replaceAll(/&(?:amp|#38|#x26);/gi, '&') ?? [])
  return [...new Set(written)]
}

/** Stands for an address: short, since it is kept for everyone who has clicked. */
export function linkKey(url: string): string {
  return createHash('sha256').update(url).digest('base64url').slice(0, KEY_LENGTH)
}
