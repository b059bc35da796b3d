// The whole history as GET /api/events tells it: what every socket is compared with.
import type { Stage } from './stage.ts'

export type Listed = {
  readonly cursor: string
  readonly kind: string
  readonly data: Readonly<Record<string, unknown>>
}

/** `filter`: more of the query, such as `&campaign=…`. */
export async function listEvents({ get }: Pick<Stage, 'get'>, filter = ''): Promise<Listed[]> {
  const all: Listed[] = []
  let after: string | null = '0'
  while (after !== null) {
    const page = (await get(`/api/events?limit=1000&after=${after}${filter}`)) as Page
    all.push(...page.events)
    after = page.next
  }
  return all
}

type Page = { readonly events: readonly Listed[]; readonly next: string | null }

/** Events per kind, as GET /api/stats tells them for the last day. */
export async function countKinds({ get }: Pick<Stage, 'get'>): Promise<Record<string, number>> {
  const { minutes } = (await get('/api/stats?minutes=1440')) as Stats
  return sumUp(minutes.flatMap(({ counts }) => Object.entries(counts)))
}

type Stats = { readonly minutes: readonly { readonly counts: Readonly<Record<string, number>> }[] }

export function sumUp(counts: Iterable<readonly [string, number]>): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const [name, count] of counts) sums[name] = (sums[name] ?? 0) + count
  return sums
}
