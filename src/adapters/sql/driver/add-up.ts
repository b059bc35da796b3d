// Counts that are about the same, as one.
export function addUp<Row extends { readonly count: number }>(
  rows: readonly Row[],
  about: (row: Row) => string,
): Row[] {
  return [...Map.groupBy(rows, about).values()].flatMap(([first, ...rest]) =>
    first ? { ...first, count: rest.reduce((sum, { count }) => sum + count, first.count) } : [],
  )
}
