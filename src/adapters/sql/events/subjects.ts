// The words of subjects, each subject once: mails of a campaign have the same one.
import { hash } from 'node:crypto'
import {
  aliasedTable,
  and,
  eq,
  exists,
  gte,
  inArray,
  lt,
  notExists,
  sql as words,
  type Column,
  type SQL,
} from '../driver/drizzle.ts'
import type { ArchiveRow } from '../../../core/events/ports.ts'
import { innerWords } from '../../../core/scripts.ts'
import { newRowsFor, type Sql, type Tables, type Write } from '../driver/dialect.ts'

const WORDS = 16
/** Beside them, of a script that is written without spaces. */
const INNER_WORDS = 32
const WORD_LENGTH = 32
const FEW = 1_000
/** No text of a database comes after one that begins with this. */
const LAST = '\u{10ffff}'

const SUBJECTS_REMEMBERED = 200
const latest = new Map<string, number>()

/** A number of 48 bits: two subjects of a million share one about once in 500 hubs, and then each finds the other's events. */
export function subjectKey(subject: string): number {
  let key = latest.get(subject)
  if (key === undefined) {
    key = hash('sha256', subject, 'buffer').readUIntBE(0, 6)
    if (latest.size === SUBJECTS_REMEMBERED) latest.clear()
    latest.set(subject, key)
  }
  return key
}

/** Letters and digits that stand together, as they are compared. */
export const wordsOf = (text: string): readonly string[] => shortened(runsOf(text)).slice(0, WORDS)

/** The words of a subject, and then what may be one: part of a run of a script that is written without spaces. */
function wordsIn(subject: string): readonly string[] {
  const runs = runsOf(subject).values()
  const inner = runs.flatMap((run) => innerWords(run).map((at) => run.slice(at)))
  return shortened([...wordsOf(subject), ...inner.take(INNER_WORDS)])
}

const runsOf = (text: string): readonly string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []

const shortened = (words: readonly string[]): readonly string[] => [
  ...new Set(
    words.map((word) =>
      Array.from(word.slice(0, 2 * WORD_LENGTH))
        .slice(0, WORD_LENGTH)
        .join(''),
    ),
  ),
]

/** Texts that begin with this. */
export function beginning(column: Column | SQL, start: string): SQL | undefined {
  const text = words`${column}`
  return and(gte(text, start), lt(text, `${start}${LAST}`))
}

export function wording({ subjectWords }: Tables, rows: readonly ArchiveRow[]): Write {
  const subjects = new Set(rows.flatMap(({ facts }) => facts.subject ?? []))
  return newRowsFor(
    subjectWords,
    [...subjects].flatMap((subject) =>
      wordsIn(subject).map((word) => ({ subject: subjectKey(subject), word })),
    ),
  )
}

/** Is there this word, or one that begins so, in a subject? */
export function hasWord({ db, tables: { subjectWords } }: Sql, subject: Column, word: string): SQL {
  const one = aliasedTable(subjectWords, 'one')
  const here = and(eq(one.subject, subject), beginning(one.word, word))
  return exists(db.select({ subject: one.subject }).from(one).where(here))
}

/** The subjects that have all of these words, if they are few. */
export async function subjectsWith(sql: Sql, asked: readonly string[]): Promise<number[] | undefined> {
  const { subjectWords } = sql.tables
  const [first = '', ...others] = asked.toSorted((a, b) => b.length - a.length)
  const all = and(
    beginning(subjectWords.word, first),
    ...others.map((word) => hasWord(sql, subjectWords.subject, word)),
  )
  const { subject } = subjectWords
  const rows = await sql.read(sql.db.selectDistinct({ subject }).from(subjectWords).where(all).limit(FEW))
  return rows.length < FEW ? rows.map((row) => row.subject) : undefined
}

/** After events are gone: subjects that no other one has. */
export function unwording({ db, tables: { events, subjectWords } }: Sql, subjects: readonly number[]): Write {
  const had = db
    .select({ subject: events.subject })
    .from(events)
    .where(eq(events.subject, subjectWords.subject))
  return db.delete(subjectWords).where(and(inArray(subjectWords.subject, [...subjects]), notExists(had)))
}
