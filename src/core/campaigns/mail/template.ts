// Text with placeholders: parsed once per campaign, then filled in for each mail without looking at the text again.

/** The placeholders there are. */
export const FIELDS = ['name', 'email', 'unsubscribe_url'] as const
type Field = (typeof FIELDS)[number]
type Values = Readonly<Record<Field, string>>

type Slot = { readonly field: Field; readonly fallback: string }

/** texts[0], slots[0], texts[1], slots[1], … texts[n]. */
export type Template = { readonly texts: readonly string[]; readonly slots: readonly Slot[] }

/** Escapes a value for a kind of text. */
type Writer = (text: string) => string

// Only a word right after the braces makes a placeholder: style sheets and other tools' markup have braces, too.
// The parts of the pattern do not overlap, so reading takes linear time.
const PLACEHOLDER = /\{\{\s*([A-Za-z_][\w.-]*)\s*(?:\|([^{}]*))?\}\}/g

/** Parses a text. Other placeholders stay as they are written. */
export function readTemplate(text: string): Template {
  const texts: string[] = []
  const slots: Slot[] = []
  let from = 0
  for (const match of text.matchAll(PLACEHOLDER)) {
    const [written, word = '', fallback = ''] = match
    if (!isField(word)) continue
    texts.push(text.slice(from, match.index))
    slots.push({ field: word, fallback: fallback.trim() })
    from = match.index + written.length
  }
  texts.push(text.slice(from))
  return { texts, slots }
}

/** The same template with its fallbacks escaped for its kind of text. */
export function withFallbacks({ texts, slots }: Template, write: Writer): Template {
  return { texts, slots: slots.map(({ field, fallback }) => ({ field, fallback: write(fallback) })) }
}

/** Values are inserted as they are; placeholders in them are not filled. */
export function fill({ texts, slots }: Template, values: Values): string {
  let filled = texts[0] ?? ''
  for (let at = 0; at < slots.length; at++) {
    const { field, fallback } = slots[at] as Slot
    filled += (values[field] || fallback) + texts[at + 1]
  }
  return filled
}

/** For HTML text, and for attributes in either kind of quotes. */
export function escapeHtml(text: string): string {
  return /[&<>"'`]/.test(text) ? text.replace(/[&<>"'`]/g, entity) : text
}

/** The same for text that an author has written into HTML: an entity stays one. */
export function escapeHtmlOnce(text: string): string {
  return text.replace(/&(?!#?\w{1,31};)|[<>"'`]/g, entity)
}

function entity(character: string): string {
  return `&#${character.charCodeAt(0)};`
}

/** For names, subjects and headers: line breaks and other control characters become spaces. */
export function oneLine(text: string): string {
  return /[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(text)
    ? text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ').trim()
    : text
}

function isField(word: string): word is Field {
  return (FIELDS as readonly string[]).includes(word)
}
