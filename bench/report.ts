// What a row of the benchmark has found: figures of each contender, and the ratios that count. Printed, and kept as JSON.
import { figuresOf, type Sample } from './harness.ts'

/** One contender's figures by their names. */
export type Line = { readonly name: string; readonly figures: Readonly<Record<string, number>> }
/** `expected`: what docs/performance.md tells; a smoke run only asks whether it is about so. `unit`: of what is no ratio. */
export type Ratio = {
  readonly of: string
  readonly value: number
  readonly expected: number
  readonly unit?: string
}
export type Result = {
  readonly title: string
  readonly lines: readonly Line[]
  readonly ratios: readonly Ratio[]
}

const SANE = 3

/** CPU an operation, beside the others. */
export function cpuResult(
  title: string,
  unit: string,
  samples: ReadonlyMap<string, readonly Sample[]>,
  wanted: readonly { readonly of: string; readonly to: string; readonly expected: number }[],
): Result {
  const all = new Map([...samples].map(([name, list]) => [name, figuresOf(list)]))
  const cpuOf = (name: string) => all.get(name)?.cpu ?? NaN
  return {
    title,
    lines: [...all].map(([name, { cpu, mainCpu, storeCpu, rate, spread }]) => ({
      name,
      figures: {
        [`µs CPU a ${unit}`]: cpu,
        'main thread': mainCpu,
        'stores ': storeCpu,
        'a second': rate,
        'spread %': spread * 50,
      },
    })),
    ratios: wanted
      .filter(({ of, to }) => all.has(of) && all.has(to))
      .map(({ of, to, expected }) => ({
        of: `CPU: ${of} / ${to}`,
        value: cpuOf(of) / cpuOf(to),
        expected,
      })),
  }
}

export function isSane({ value, expected }: Ratio): boolean {
  return value < expected * SANE // faster than expected is no fault
}

export function print({ title, lines, ratios }: Result): void {
  const names = [...new Set(lines.flatMap(({ figures }) => Object.keys(figures)))]
  const rows = [
    ['', ...names],
    ...lines.map(({ name, figures }) => [name, ...names.map((each) => shown(figures[each]))]),
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  console.log(`\n${title}`)
  for (const row of rows)
    console.log(
      row
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
        .join('   '),
    )
  for (const { of, value, unit = '×' } of ratios) console.log(`  ${of}: ${shown(value)}${unit}`)
}

function shown(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '-'
  return value >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
}
