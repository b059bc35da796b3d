// The migrations are what `npm run migrations` makes of the schemas: a changed table without its migration fails here.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import mysql from '../../../migrations/mysql.config.ts'
import sqlite from '../../../migrations/sqlite.config.ts'

test.each([sqlite, mysql])('$dialect: the schema has no change without a migration', (config) => {
  if (typeof config.schema !== 'string' || !config.out) throw new Error('no schema, or nowhere to write')
  const copy = mkdtempSync(join(tmpdir(), 'migrations-'))
  cpSync(config.out, copy, { recursive: true })
  // drizzle-kit takes its folder from here, whatever its first character.
  const said = execFileSync('npx', [
    'drizzle-kit',
    'generate',
    `--dialect=${config.dialect}`,
    `--schema=${config.schema}`,
    `--out=${relative('.', copy)}`,
  ])
  expect(String(said)).toContain('No schema changes')
})
