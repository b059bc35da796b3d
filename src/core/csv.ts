// CSV on its way out: RFC 4180, and safe to open in a spreadsheet.

/**
 * What makes a spreadsheet take a cell for a formula, also in full width:
 * https://owasp.org/www-community/attacks/CSV_Injection. With apostrophes before it, too: else nobody could tell
 * later which of them were put there.
 */
const FORMULA = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

/** One line with its end. A cell that would be a formula gets an apostrophe in front, which makes it text. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join()}\r\n`
}

function csvCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The text of a cell without that apostrophe. */
export function plainCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell
}
