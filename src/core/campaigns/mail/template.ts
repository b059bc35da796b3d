// Text with placeholders: read once a campaign, filled in once a mail without looking at the text again.

/** What a subscriber's own values can be put in for. */
export const FIELDS = ['name', 'email', 'unsubscribe_url'] as const
type Field = (typeof FIELDS)[number]
type Values = Readonly<Record<Field, string>>

type Slot = { readonly field: Field; readonly fallback: string }

/** texts[0], slots[0], texts[1], slots[1], … texts[n]. */
export type Template = { readonly texts: readonly string[]; readonly slots: readonly Slot[] }

/** How values are written into a kind of text. Whoever fills templates in makes each once a mail. */
type Writer = (text: string) => string

// Only a word right after the braces makes a placeholder: style sheets and other tools' markup hold braces, too.
// No part of the pattern can take what another one takes, so reading is linear in the text.
const PLACEHOLDER = /\{\{\s*([A-Za-z_][\w.-]*)\s*(?:\|([^{}]*))?\}\}/g

/** Reads a text. A placeholder that nobody can fill stays as it is written. */
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

/** The same template with its fallbacks written for the kind of text that it is. */
export function withFallbacks({ texts, slots }: Template, write: Writer): Template {
  return { texts, slots: slots.map(({ field, fallback }) => ({ field, fallback: write(fallback) })) }
}

/** Values come in as they are to appear; they are never read as templates themselves. */
export function fill({ texts, slots }: Template, values: Values): string {
  let filled = texts[0] ?? ''
  for (let at = 0; at < slots.length; at++) {
    const { field, fallback } = slots[at] as Slot
    filled += (values[field] || fallback) + texts[at + 1]
  }
  return filled
}

/** For HTML text and for attributes, whichever quotes these have. */
export function escapeHtml(text: string): string {
  return /[&<>"'`]/.test(text) ? text.replace(/[&<>"'`]/g, entity) : text
}

/** The same for a text that its author has put into HTML: what is an entity there stays one. */
export function escapeHtmlOnce(text: string): string {
  return text.replace(/&(?!#?\w{1,31};)|[<>"'`]/g, entity)
}

function entity(character: string): string {
  return `&#${character.charCodeAt(0)};`
}

/** Line breaks and other control characters become blanks: for names, subjects and headers. */
export function oneLine(text: string): string {
  return /[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(text)
    ? text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ').trim()
    : text
}

function isField(word: string): word is Field {
  return (FIELDS as readonly string[]).includes(word)
}
