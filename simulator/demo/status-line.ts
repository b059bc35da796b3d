// The demo's line of numbers, at the width of a terminal.

/** Whole parts only: half a number would be another number. */
export function fitParts(line: string, width: number): string {
  if (line.length <= width) return line
  const room = line.slice(0, width + 3) // a separator may follow the last part that fits
  const end = Math.max(room.lastIndexOf(', ', width), room.lastIndexOf(' · ', width), 0)
  return line.slice(0, end)
}
