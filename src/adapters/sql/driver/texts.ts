// Long texts, kept in parts: a row larger than MySQL's max_allowed_packet can be neither written nor read.

/** At most three bytes each, also where they are escaped: they fit into the smallest packet that the hub takes. */
const PART_LENGTH = 250_000

type Part = { readonly part: number; readonly text: string }

export function toParts(text: string, length = PART_LENGTH): readonly Part[] {
  if (text.length <= length) return [{ part: 0, text }]
  const parts: Part[] = []
  for (let start = 0; start < text.length;) {
    // A pair of surrogates is one character: half of it could not be stored.
    const end = start + length + (isHighSurrogate(text.charCodeAt(start + length - 1)) ? 1 : 0)
    parts.push({ part: parts.length, text: text.slice(start, end) })
    start = end
  }
  return parts
}

export function fromParts(parts: readonly Part[]): string {
  return parts
    .toSorted((a, b) => a.part - b.part)
    .map(({ text }) => text)
    .join('')
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}
