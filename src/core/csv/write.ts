// CSV on its way out: RFC 4180, and safe to open in a spreadsheet.

/**
 * What makes a spreadsheet take a cell for a formula, also in full width, at its beginning or where a spreadsheet of another
 * language would begin a new one: https://owasp.org/www-community/attacks/CSV_Injection. With apostrophes before it, too:
 * else nobody could tell later which of them were put there.
 */
const FORMULA = /(?<=^|[;,|\t\r\n])(?='*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])/g
const KEPT_FORMULA = /(?<=^|[;,|\t\r\n])'(?='*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])/g

/** The first line of a file. Without the mark before it Excel takes it for the encoding of its own country. */
export const csvHead = (titles: readonly string[]): string => `\ufeff${csvLine(titles)}`

/** One line with its end. What would be a formula gets an apostrophe in front, which makes it text. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join()}\r\n`
}

function csvCell(text: string): string {
  const safe = text.replace(FORMULA, "'")
  return /[",;\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The text of a cell without these apostrophes. */
export const plainCell = (cell: string): string =>
  cell.includes("'") ? cell.replace(KEPT_FORMULA, '') : cell
