// Writes CSV: RFC 4180, and safe to open in a spreadsheet.

/**
 * Signs (also in full width) that begin a formula, at the start of a cell or where a spreadsheet of another language would see
 * the start of one: https://owasp.org/www-community/attacks/CSV_Injection. Also behind apostrophes: otherwise nobody could
 * tell later which apostrophes were added here.
 */
const FORMULA = /(?<=^|[;,|\t\r\n])(?='*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])/g
const KEPT_FORMULA = /(?<=^|[;,|\t\r\n])'(?='*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])/g

/** The first line of a file. Without the byte order mark Excel assumes its own country's encoding. */
export const csvHead = (titles: readonly string[]): string => `\ufeff${csvLine(titles)}`

/** A line with its line end. What would be a formula gets an apostrophe in front, which makes it text. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join()}\r\n`
}

function csvCell(text: string): string {
  const safe = text.replace(FORMULA, "'")
  return /[",;\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The text of a cell without the apostrophes that csvLine added. */
export const plainCell = (cell: string): string =>
  cell.includes("'") ? cell.replace(KEPT_FORMULA, '') : cell
