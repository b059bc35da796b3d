// What drizzle-kit makes the migrations of MySQL and MariaDB from.
import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'mysql',
  schema: './src/adapters/sql/schema/schema.mysql.ts',
  out: './migrations/mysql',
})
