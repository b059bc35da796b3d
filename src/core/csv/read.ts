// Reads CSV: RFC 4180 and what people really send, in pieces of any size and with bounded memory.

export type CsvRecord =
  | { readonly line: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly problem: string }

/** Characters of one record at most. One that seems longer has a quote that was never closed. */
const RECORD_LENGTH = 65_536
const DELIMITER = /[,;\t]/
const QUOTED = /"[^"]*"?/g

type Found = { readonly record: CsvRecord | undefined; readonly end: number }

/**
 * The delimiter is the given one, or the first line's: spreadsheets write semicolons in half of Europe. A broken line is
 * reported and skipped, and reading goes on at the next line, so never more than that line is lost. No library does that: for
 * csv-parse (7.0, told to skip records with errors) and papaparse (5.7) a quote that is never closed swallows the whole rest.
 */
export function createCsvReader(given?: string) {
  let rest = ''
  let line = 1
  let delimiter = given
  let hasBegun = false
  let skipping = false
  let heldReturn = ''

  /** Without the byte order mark, and with every end of line as \n. */
  function normalise(text: string, isLast: boolean): string {
    let all = heldReturn + text
    if (!hasBegun && all.length > 0) {
      hasBegun = true
      if (all.startsWith('\ufeff')) all = all.slice(1)
    }
    heldReturn = ''
    if (!isLast && all.endsWith('\r')) {
      heldReturn = '\r'
      all = all.slice(0, -1)
    }
    return all.includes('\r') ? all.replace(/\r\n?/g, '\n') : all
  }

  function read(text: string, isLast: boolean): CsvRecord[] {
    rest += normalise(text, isLast)
    const records: CsvRecord[] = []
    let at = 0
    while (at < rest.length) {
      if (skipping) {
        const next = rest.indexOf('\n', at)
        if (next < 0) {
          at = rest.length
          break
        }
        skipping = false
        line++
        at = next + 1
        continue
      }
      const found = readRecord(at, isLast)
      if (!found) break
      if (found.record) records.push(found.record)
      line += countLines(rest, at, found.end)
      at = found.end
    }
    rest = rest.slice(at)
    return records
  }

  /** undefined: more text is needed to know. */
  function readRecord(at: number, isLast: boolean): Found | undefined {
    const newline = rest.indexOf('\n', at)
    const lineEnd = newline < 0 ? rest.length : newline
    const after = newline < 0 ? lineEnd : newline + 1
    if (newline < 0 && !isLast) {
      if (rest.length - at <= RECORD_LENGTH) return undefined
      skipping = true
    }
    if (lineEnd - at > RECORD_LENGTH) return { record: { line, problem: PROBLEMS.long }, end: after }
    const text = rest.slice(at, lineEnd)
    if (text.trim() === '') return { record: undefined, end: after }
    delimiter ??= DELIMITER.exec(text.replace(QUOTED, ''))?.[0] ?? ','
    if (!text.includes('"')) return { record: { line, cells: text.split(delimiter) }, end: after }
    const window = rest.slice(at, at + RECORD_LENGTH + 1)
    const quoted = readQuoted(window, delimiter)
    if (quoted === 'junk') return { record: { line, problem: PROBLEMS.junk }, end: after }
    // A record that reaches the end of the text so far may go on in the next piece.
    const whole = quoted !== 'open' && (isLast || window[quoted.length - 1] === '\n')
    if (whole) return { record: { line, cells: quoted.cells }, end: at + quoted.length }
    if (!isLast && window.length <= RECORD_LENGTH) return undefined
    return { record: { line, problem: PROBLEMS.open }, end: after }
  }

  return {
    /** The records that are complete by now. Empty lines are skipped. */
    push: (text: string): readonly CsvRecord[] => read(text, false),
    /** The rest, when no more text comes. */
    end: (): readonly CsvRecord[] => read('', true),
  }
}

const PROBLEMS = {
  long: 'is too long',
  open: 'has a quote that is never closed',
  junk: 'has text after a closing quote',
} as const

/** The cells of the record at the beginning of a text, and its length with the line end. */
function readQuoted(text: string, delimiter: string): { cells: string[]; length: number } | 'open' | 'junk' {
  const cells: string[] = []
  const cellEnd = new RegExp(`[\\n${delimiter}]`, 'g')
  for (let at = 0; ;) {
    let end: number
    const opening = /[^\S\n\t]*"/y
    opening.lastIndex = at
    if (opening.test(text)) {
      const closing = closingQuote(text, opening.lastIndex)
      if (closing < 0) return 'open'
      cells.push(text.slice(opening.lastIndex, closing).replaceAll('""', '"'))
      end = closing + 1
      while (text[end] === ' ') end++
      if (end < text.length && text[end] !== '\n' && text[end] !== delimiter) return 'junk'
    } else {
      cellEnd.lastIndex = at
      end = cellEnd.exec(text)?.index ?? text.length
      cells.push(text.slice(at, end))
    }
    if (end >= text.length) return { cells, length: end }
    if (text[end] === '\n') return { cells, length: end + 1 }
    at = end + 1
  }
}

/** Where the closing quote of a cell is; -1: there is none. Two quotes in a row stand for one in the text. */
function closingQuote(text: string, from: number): number {
  for (let at = from; ; at += 2) {
    at = text.indexOf('"', at)
    if (at < 0 || text[at + 1] !== '"') return at
  }
}

function countLines(text: string, from: number, to: number): number {
  let lines = 0
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) lines++
  return lines
}
