// Reads the migrations that drizzle-kit made. Each driver applies their steps.
import { readFileSync } from 'node:fs'

type Migration = { readonly name: string; readonly statements: readonly string[] }
export type Step = { readonly name: string; readonly number: number; readonly text: string }

type Journal = { readonly entries: readonly { readonly tag: string }[] }

/** Records how many steps of each migration were applied: MySQL commits each step by itself, and may be killed between two. */
export const MIGRATIONS_TABLE =
  'CREATE TABLE IF NOT EXISTS migrations (name varchar(128) PRIMARY KEY NOT NULL, steps integer NOT NULL)'

export function readMigrations(dialect: 'sqlite' | 'mysql'): readonly Migration[] {
  const folder = new URL(`../../../migrations/${dialect}/`, import.meta.url)
  const read = (path: string) => readFileSync(new URL(path, folder), 'utf8')
  const { entries } = JSON.parse(read('meta/_journal.json')) as Journal
  return entries.map(({ tag }) => ({
    name: tag,
    statements: read(`${tag}.sql`).split('--> statement-breakpoint'),
  }))
}

/** The steps that are left, given how many of each migration were applied. Throws if the database is from a newer version. */
export function stepsLeft(
  migrations: readonly Migration[],
  done: ReadonlyMap<string, number>,
): readonly Step[] {
  const known = new Map(migrations.map(({ name, statements }) => [name, statements.length]))
  const newer = [...done].find(([name, steps]) => steps > (known.get(name) ?? 0))
  if (newer)
    throw new Error(
      `the database is from a newer version of this program (it has ${newer[0]}): start that version, or restore a backup`,
    )
  return migrations.flatMap(({ name, statements }) =>
    statements.map((text, index) => ({ name, number: index + 1, text })).slice(done.get(name) ?? 0),
  )
}
