// Many values in portions: a statement takes a limited number of them.

export function portions<T>(all: readonly T[], length = 1_000): T[][] {
  const count = Math.ceil(all.length / length)
  return Array.from({ length: count }, (_, n) => all.slice(n * length, (n + 1) * length))
}
