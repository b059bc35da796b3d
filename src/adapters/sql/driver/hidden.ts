// Keeps a database from an index that would only disturb it.
import { sql as words, type Column, type SQL } from './drizzle.ts'

/** The column, without its indexes: another one leads. What is null stays so. */
export const hidden = (column: Column): SQL => words`coalesce(${column}, NULL)`
