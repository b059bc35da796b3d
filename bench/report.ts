// Prints results as ratios: a machine's own numbers say little about another's, what they are to each other does.
import { figuresOf, type Sample } from './harness.ts'

export type Row = readonly (string | number)[]

export function printTable(title: string, head: readonly string[], rows: readonly Row[]): void {
  const cells = [
    head,
    ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? ratio(cell) : cell))),
  ]
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('   ')
  const [first = [], ...rest] = cells
  console.log(`\n${title}\n${line(first)}\n${widths.map((width) => '-'.repeat(width)).join('   ')}`)
  for (const row of rest) console.log(line(row))
}

function ratio(value: number): string {
  return Number.isFinite(value) ? `${value < 10 ? value.toFixed(2) : value.toFixed(1)}×` : '-'
}

/** The first contender is what the others are compared with. `raw` adds this machine's own numbers. */
export function printRatios(title: string, unit: string, samples: Map<string, Sample[]>, raw: boolean): void {
  const all = [...samples].map(([name, list]) => ({ name, ...figuresOf(list) }))
  const base = all[0]
  if (!base) return
  const hasStore = all.some(({ storeCpu }) => storeCpu > 0)
  const head = ['', `CPU per ${unit}`, 'main thread', ...(hasStore ? ["Redis's CPU"] : []), 'rate', 'spread']
  const rawHead = raw ? [`µs per ${unit}`, 'per second'] : []
  const rows = all.map((figures) => [
    figures.name,
    figures.cpu / base.cpu,
    figures.mainCpu / base.mainCpu,
    ...(hasStore ? [storeRatio(figures.storeCpu / base.cpu)] : []),
    figures.rate / base.rate,
    `±${Math.round(figures.spread * 50)} %`,
    ...(raw ? [figures.cpu.toFixed(2), Math.round(figures.rate).toLocaleString('en')] : []),
  ])
  printTable(title, [...head, ...rawHead], rows)
}

function storeRatio(value: number): number | string {
  return value > 0 ? value : ''
}
