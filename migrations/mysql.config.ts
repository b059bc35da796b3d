// What drizzle-kit makes the migrations of MySQL and MariaDB from.
import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'mysql',
  schema: './migrations/mysql.tables.cjs',
  out: './migrations/mysql',
})
