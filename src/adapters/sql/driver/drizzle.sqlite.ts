// Drizzle's part for SQLite: see drizzle.ts.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export const { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } =
  require('drizzle-orm/sqlite-core') as typeof import('drizzle-orm/sqlite-core')
export const { drizzle } = require('drizzle-orm/sqlite-proxy') as typeof import('drizzle-orm/sqlite-proxy')
