// The index of words in subjects. Each subject is indexed once, since all mails of a campaign share it.
import { hash } from 'node:crypto'
import {
  aliasedTable,
  and,
  beginning,
  eq,
  exists,
  inArray,
  notExists,
  type Column,
  type SQL,
} from '../../driver/drizzle.ts'
import type { ArchiveRow } from '../../../../core/events/ports.ts'
import { innerWords } from '../../../../core/scripts.ts'
import { newRowsFor, type Sql, type Tables, type Write } from '../../driver/dialect.ts'

const WORDS = 16
/** In addition, for scripts that are written without spaces. */
const INNER_WORDS = 32
const WORD_LENGTH = 32
const FEW = 1_000
const SUBJECTS_REMEMBERED = 200
const latest = new Map<string, number>()

/** A hash of 48 bits. Of a million subjects two share one in about one hub of 500; each then finds the other's events. */
export function subjectKey(subject: string): number {
  let key = latest.get(subject)
  if (key === undefined) {
    key = hash('sha256', subject, 'buffer').readUIntBE(0, 6)
    if (latest.size === SUBJECTS_REMEMBERED) latest.clear()
    latest.set(subject, key)
  }
  return key
}

/** The first words of a text, normalised as they are compared. */
export const wordsOf = (text: string): readonly string[] => shortened(lettersIn(text)).slice(0, WORDS)

/** The words of a subject; in scripts without spaces also the rest of the text from each character on, where a word may begin. */
function wordsIn(subject: string): readonly string[] {
  const unbroken = lettersIn(subject).values()
  const inner = unbroken.flatMap((text) => innerWords(text).map((at) => text.slice(at)))
  return shortened([...wordsOf(subject), ...inner.take(INNER_WORDS)])
}

const lettersIn = (text: string): readonly string[] =>
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

/** Indexes the subjects of these events. */
export function addWords({ subjectWords }: Tables, rows: readonly ArchiveRow[]): Write {
  const subjects = new Set(rows.flatMap(({ facts }) => facts.subject ?? []))
  return newRowsFor(
    subjectWords,
    [...subjects].flatMap((subject) =>
      wordsIn(subject).map((word) => ({ subject: subjectKey(subject), word })),
    ),
  )
}

/** True for a subject with this word, or with one that begins with it. */
export function hasWord({ db, tables: { subjectWords } }: Sql, subject: Column, word: string): SQL {
  const one = aliasedTable(subjectWords, 'one')
  const here = and(eq(one.subject, subject), beginning(one.word, word))
  return exists(db.select({ subject: one.subject }).from(one).where(here))
}

/** The subjects that have all of these words; undefined if they are many (FEW). */
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

/** After events were deleted: removes those of their subjects that no event has any more. */
export function removeWords({ db, tables }: Sql, subjects: readonly number[]): Write {
  const { subject } = tables.events
  const { subjectWords } = tables
  const having = db.select({ subject }).from(tables.events).where(eq(subject, subjectWords.subject))
  const gone = and(inArray(subjectWords.subject, [...subjects]), notExists(having))
  return db.delete(subjectWords).where(gone)
}
