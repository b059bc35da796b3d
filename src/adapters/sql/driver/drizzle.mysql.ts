// Drizzle's part for MySQL and MariaDB: see drizzle.ts.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export const { bigint, customType, index, int, mysqlTable, primaryKey, uniqueIndex } =
  require('drizzle-orm/mysql-core') as typeof import('drizzle-orm/mysql-core')
export const { drizzle } = require('drizzle-orm/mysql-proxy') as typeof import('drizzle-orm/mysql-proxy')
