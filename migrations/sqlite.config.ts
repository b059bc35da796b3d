// What drizzle-kit makes the migrations of SQLite from.
import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: './src/adapters/sql/schema/schema.sqlite.ts',
  out: './migrations/sqlite',
})
