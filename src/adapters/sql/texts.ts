// Long texts, kept in parts: a row larger than MySQL's max_allowed_packet can be neither written nor read.

const PART_CHARACTERS = 1_000_000

export function toParts(text: string): readonly { readonly part: number; readonly text: string }[] {
  if (text.length <= PART_CHARACTERS) return [{ part: 0, text }]
  const parts = []
  for (let start = 0; start < text.length;) {
    let end = start + PART_CHARACTERS
    // A pair of surrogates is one character: half of it could not be stored.
    if (isHighSurrogate(text.charCodeAt(end - 1)) && end < text.length) end += 1
    parts.push({ part: parts.length, text: text.slice(start, end) })
    start = end
  }
  return parts
}

/** Joins parts that come in any order. */
export function fromParts(parts: readonly { readonly part: number; readonly text: string }[]): string {
  return [...parts]
    .sort((a, b) => a.part - b.part)
    .map(({ text }) => text)
    .join('')
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}
