// What the sockets were given, kept once however many got it: one entry a cursor, and a number for each.
export type Registry = {
  /** The number of this event. Two sockets that were given different texts at one cursor are a problem. */
  note(cursor: string, text: string): number
  /** The same for a client that tells events as objects. */
  noteParsed(cursor: string, data: unknown): number
  cursorOf(number: number): string
  /** What came at a cursor; undefined when nobody was given it. */
  textAt(cursor: string): string | undefined
  readonly problems: readonly string[]
}

type Entry = { readonly number: number; text?: string; canonical?: string }

export function createRegistry(): Registry {
  const entries = new Map<string, Entry>()
  const cursors: string[] = []
  const problems: string[] = []

  const entryAt = (cursor: string): Entry => {
    let entry = entries.get(cursor)
    if (!entry) {
      // A copy: a slice would keep the whole frame that it was cut from.
      const own = Buffer.from(cursor).toString()
      entries.set(own, (entry = { number: cursors.push(own) - 1 }))
    }
    return entry
  }
  return {
    note(cursor, text) {
      const entry = entryAt(cursor)
      entry.text ??= Buffer.from(text).toString()
      if (entry.text !== text) problems.push(`two texts at ${cursor}`)
      return entry.number
    },
    noteParsed(cursor, data) {
      const entry = entryAt(cursor)
      const canonical = JSON.stringify(data)
      entry.canonical ??= entry.text === undefined ? canonical : JSON.stringify(JSON.parse(entry.text))
      if (entry.canonical !== canonical) problems.push(`two texts at ${cursor}`)
      return entry.number
    },
    cursorOf: (number) => cursors[number] ?? '',
    textAt: (cursor) => entries.get(cursor)?.text,
    problems,
  }
}
