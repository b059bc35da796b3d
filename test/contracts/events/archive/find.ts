// What EventArchive promises about finding: pages equal those of a list that is filtered in memory.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventArchive } from '../../../../src/adapters/sql/events/archive.ts'
import { and, eq, lt } from '../../../../src/adapters/sql/driver/drizzle.ts'
import { BEGINNING, compareCursors, type Cursor } from '../../../../src/core/events/cursor.ts'
import { matches } from '../../../../src/core/events/filter.ts'
import { emailKey } from '../../../../src/core/addresses/address.ts'
import type { Kind } from '../../../../src/core/events/event.ts'
import type {
  ArchiveRow,
  Count,
  EventArchive,
  EventQuery,
  EventSelection,
} from '../../../../src/core/events/ports.ts'
import { EPOCH, makeRow, makeRows, type RowOptions, type SqlLab } from '../../../support/database/sql-lab.ts'
import { DAY, MINUTE } from '../../../support/times.ts'

/** Texts that databases like to take for one another, or not to take at all. */
const SHORT = [
  'a',
  'A',
  'a ',
  ' a',
  'á',
  'a\u0301',
  '😀',
  '\ud800',
  '\ufffd',
  'a\0',
  '%',
  "'",
  '\\',
  'ß',
  'ss',
  '',
]
const LONG = [
  'x'.repeat(128),
  `${'x'.repeat(128)}y`,
  `${'x'.repeat(400)}1`,
  `${'x'.repeat(400)}2`,
  '안'.repeat(3000),
]
const text = fc.constantFrom(...SHORT, ...LONG)
const kind = fc.constantFrom('opened', 'clicked', 'suppressed', 'unsuppressed', 'unknown' as const)
const list = fc.constantFrom('blacklist', 'whitelist', 'denylist', 'a new list')
const epoch = fc.constantFrom(EPOCH, EPOCH + 1, EPOCH + 2)
const url = fc.constantFrom('https://a.example/?q=a b', 'https://a.example/', 'HTTPS://a.example/')
const subject = fc.constantFrom(
  'News in May',
  'NEWS, ann@b.example!',
  '안녕하세요 ✓',
  'may-be new',
  '',
  '12 % off_',
)
const ADDRESSES = ['ann@b.example', 'anna@news.example', 'ANN@B.example', 'may@ann.example', 'no address']
/** Clocks go wrong: times are in no order. */
const time = fc.integer({ min: EPOCH - DAY, max: EPOCH + 2 * DAY })
const options = fc.record(
  {
    kind,
    list,
    messageId: text,
    email: fc.oneof(text, fc.constantFrom(...ADDRESSES)),
    campaignId: text,
    tags: fc.array(text, { maxLength: 4 }),
    subaccount: text,
    url,
    subject,
    receivedAt: time,
    epoch,
  },
  { requiredKeys: ['epoch'] },
)

/** The archive keeps events in runs of 65,536: there are several. */
const APART = 10_000
const seq = fc.oneof(fc.nat({ max: 70 }).map((n) => n * APART), fc.nat({ max: 70 })) // prettier-ignore
const cursor = fc.record({ epoch: fc.integer({ min: EPOCH - 1, max: EPOCH + 3 }), seq })
/** Few filters at once, or nothing would ever be found. */
const seldom = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })
const query: fc.Arbitrary<EventQuery> = fc.record({
  kinds: seldom(fc.uniqueArray(kind, { maxLength: 4 })),
  lists: seldom(fc.uniqueArray(list, { minLength: 1 })),
  messageId: seldom(text),
  email: seldom(text.map((email) => email.toLowerCase())),
  campaignId: seldom(text),
  tag: seldom(text),
  subaccount: seldom(text),
  url: seldom(url),
  q: seldom(
    fc.constantFrom(
      'ann',
      'ANN@',
      'ann@b',
      '@ann',
      'b.exam',
      'news',
      'in ne',
      'may new',
      '안녕',
      '하세',
      '세요 안녕',
      '✓',
      '%',
      ' ',
      '12 off',
      'á',
      'no address',
    ),
  ),
  since: seldom(time),
  until: seldom(time),
  before: seldom(cursor),
  after: seldom(cursor),
  limit: fc.integer({ min: 1, max: 60 }),
})

const words = (subjectOrQuery: string | null) =>
  (subjectOrQuery ?? '').toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []

/** Hangul stands for the scripts that are written without spaces: there a word begins at each character. */
const begins = (subject: string | null, word: string) =>
  words(subject).some((each) => (/^\p{sc=Hangul}/u.test(each) ? each.includes(word) : each.startsWith(word)))

/** Does a row fit what no socket can ask for? */
function fits({ event, facts }: ArchiveRow, { messageId, subaccount, url, q, since, until }: EventSelection) {
  const { email } = facts
  const sought = q === undefined ? '' : emailKey(q.trim())
  const asked = sought.includes('@') ? [] : words(q ?? '')
  const isAddress = sought !== '' && !sought.includes(' ') && email !== null
  return (
    (messageId === undefined || facts.messageId === messageId) &&
    (subaccount === undefined || facts.subaccount === subaccount) &&
    (url === undefined || facts.url === url) &&
    (since === undefined || event.receivedAt >= since) &&
    (until === undefined || event.receivedAt < until) &&
    (q === undefined ||
      (isAddress && !sought.startsWith('@') && email.startsWith(sought)) ||
      (isAddress && email.slice(email.lastIndexOf('@')).startsWith(`@${sought.replace(/^@/, '')}`)) ||
      (asked.length > 0 && asked.every((word) => begins(facts.subject, word))))
  )
}

function model(rows: readonly ArchiveRow[], { before, after, limit, ...selection }: EventQuery): Cursor[] {
  const found = rows
    .filter(({ event }) => matches(event, selection))
    .filter((row) => fits(row, selection))
    .map(({ event }) => event.cursor)
    .filter((place) => !before || compareCursors(place, before) < 0)
    .filter((place) => !after || compareCursors(place, after) > 0)
    .sort(compareCursors)
  return (after ? found : found.reverse()).slice(0, limit)
}

function counted(rows: readonly ArchiveRow[], selection: EventSelection, step: number): Count[] {
  const fit = rows.filter((row) => matches(row.event, selection) && fits(row, selection))
  const groups = Map.groupBy(
    fit,
    ({ event }) => `${event.receivedAt - (event.receivedAt % step)} ${event.kind}`,
  )
  return [...groups]
    .map(([key, { length: count }]) => {
      const [at, of = ''] = key.split(' ')
      return { at: Number(at), kind: of as Kind, count }
    })
    .sort((a, b) => a.at - b.at || (a.kind < b.kind ? -1 : 1))
}

async function fill(archive: EventArchive, each: readonly RowOptions[]): Promise<ArchiveRow[]> {
  await archive.prune(Number.MAX_SAFE_INTEGER, 10_000)
  const sorted = each.toSorted((a, b) => (a.epoch ?? EPOCH) - (b.epoch ?? EPOCH))
  /** The last life is of a feed that does not know the others, and counts from 1. */
  const isNew = ({ epoch }: RowOptions) => epoch === EPOCH + 2
  const rows = sorted.map((option, index) => makeRow((index + 1) * (isNew(option) ? 1 : APART), option))
  await archive.record(await archive.position(), BEGINNING, rows)
  return rows
}

async function pages(archive: EventArchive, direction: 'before' | 'after', limit: number): Promise<number[]> {
  const seen: number[] = []
  for (let place = direction === 'after' ? BEGINNING : undefined; ;) {
    const page = await archive.find({ limit, [direction]: place })
    seen.push(...page.map(({ cursor }) => cursor.seq))
    place = page.at(-1)?.cursor
    if (page.length < limit) return seen
  }
}

export function promisesOfFinding(lab: () => SqlLab): void {
  const open = async () => createEventArchive(await lab().open())

  test('finds nothing in an empty archive', async () => {
    expect(await (await open()).find({ limit: 10, email: 'a@example.com' })).toEqual([])
  })

  test.for(['before', 'after'] as const)(
    'pages by `%s` give every event once, in order',
    async (direction) => {
      const archive = await open()
      const each = [...Array(50).keys()].map((n): RowOptions => ({ epoch: EPOCH + (n >> 4) }))
      const rows = await fill(archive, each)
      const all = rows.map(({ event }) => event.cursor.seq)
      expect(await pages(archive, direction, 7)).toEqual(direction === 'after' ? all : all.toReversed())
    },
  )

  test('finds what a filtered list holds, whatever is asked', async () => {
    const sql = await lab().open()
    const { events } = sql.tables
    const archive = createEventArchive({ ...sql, portion: 2 })
    const property = fc.asyncProperty(
      fc.array(options, { minLength: 20, maxLength: 60 }),
      fc.array(query, { minLength: 30, maxLength: 30 }),
      async (each, queries) => {
        const rows = await fill(archive, each)
        await sql.run(
          sql.db
            .update(events)
            .set({ run: 0 })
            .where(and(eq(events.epoch, EPOCH), lt(events.seq, 15 * APART))),
        ) // of before there were runs
        for (const asked of queries) {
          const found = await archive.find(asked)
          expect(found.map(({ cursor }) => cursor)).toEqual(model(rows, asked))
          const { before: _before, after: _after, limit, ...selection } = asked
          const step = limit % 2 ? MINUTE : limit * 7_000
          expect(await archive.counts({ ...selection, step })).toEqual(counted(rows, selection, step))
        }
      },
    )
    await fc.assert(property, { numRuns: 20 })
  })

  test('many are looked through, and counted, in portions: others are answered between', async () => {
    const sql = await lab().open()
    let asked = 0
    const inPortionsOf = (portion: number) =>
      createEventArchive({ ...sql, portion, read: (query) => ((asked += 1), sql.read(query)) })
    const archive = inPortionsOf(1_000)
    const rows = Array.from({ length: 20_100 }, (_, n) =>
      makeRow(n + 1, {
        subaccount: 'all',
        ...(n % 2 ? { kind: 'opened', tags: ['odd'] } : { kind: 'clicked', tags: ['even'] }),
      }),
    )
    for (let n = 0; n < rows.length; n += 2_010) {
      const [from, to] = [n && { epoch: EPOCH, seq: n }, { epoch: EPOCH, seq: n + 2_010 }]
      await archive.record(from || BEGINNING, to, rows.slice(n, n + 2_010))
    }
    const [tag, unlike] = ['odd', ['clicked' as const]]
    asked = 0
    const counts = await archive.counts({ tag, step: DAY })
    expect(counts).toMatchObject([{ kind: 'opened', count: 10_050 }])
    expect(asked).toBeGreaterThan(10)
    expect(await archive.counts({ tag, kinds: unlike, step: DAY })).toEqual([])
    asked = 0
    expect(await archive.counts({ subaccount: 'all', tag, step: DAY })).toEqual(counts)
    expect(asked).toBeLessThan(35) // by the tag, which half of them have
    asked = 0
    expect(await archive.find({ tag, kinds: unlike, limit: 100 })).toEqual([])
    expect(asked).toBeGreaterThan(10)
    asked = 0
    expect(await inPortionsOf(20_000).find({ tag, kinds: unlike, limit: 100 })).toEqual([])
    expect(asked).toBeLessThan(8) // one portion holds them all
    const ends = { before: { epoch: EPOCH, seq: 15_000 }, after: { epoch: EPOCH, seq: 5_000 } }
    for (const [end, place] of Object.entries(ends)) {
      const query = { tag, kinds: [...unlike, 'opened' as const], limit: 5_000, [end]: place }
      const found = await archive.find(query)
      expect(found.map(({ cursor }) => cursor)).toEqual(model(rows, query))
    }
  })

  test('what an event does not tell is no empty text', async () => {
    const archive = await open()
    await fill(archive, [{ messageId: 'm' }, { subaccount: '' }, { subaccount: '' }])
    expect(await archive.find({ limit: 10, messageId: 'm', subaccount: '' })).toEqual([])
    expect(await archive.find({ limit: 10, subaccount: '' })).toHaveLength(2)
  })

  test.for(['before', 'after'] as const)(
    'a page by `%s` is bounded in bytes, and holds one event at least',
    async (direction) => {
      const archive = await open()
      const millions = [...Array(12).fill(1), 12, 9, ...Array(9).fill(1), 0, 0, 12]
      const rows = millions.map((size, n) => makeRow(n + 1, { subject: '안'.repeat((size * 1_000_000) / 3) }))
      for (const [n, row] of rows.entries())
        await archive.record({ epoch: n && EPOCH, seq: n }, row.event.cursor, [row])
      const seen: string[] = []
      for (let place = direction === 'after' ? BEGINNING : undefined; ;) {
        const page = await archive.find({ limit: 100, [direction]: place })
        const bytes = page.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0)
        expect(bytes <= 8 * 1024 * 1024 || page.length === 1).toBe(true)
        seen.push(...page.map(({ data }) => data))
        place = page.at(-1)?.cursor
        if (!place) break
      }
      const all = rows.map(({ event }) => event.data.toString())
      expect(seen.length).toBe(all.length)
      expect(seen.every((data, n) => data === all.at(direction === 'after' ? n : -1 - n))).toBe(true)
    },
  )

  test('finds by a tag although an event has 200 of 100 characters', async () => {
    const archive = await open()
    const tags = [...Array(200).keys()].map((n) => `${n} ${'x'.repeat(96)}`)
    await archive.record(BEGINNING, { epoch: EPOCH, seq: 2 }, [makeRow(1, { tags }), ...makeRows(2, 2)])
    expect(await archive.find({ limit: 10, tag: tags[99] })).toHaveLength(1)
    expect(await archive.find({ limit: 10, tag: 'x' })).toEqual([])
  })
}
