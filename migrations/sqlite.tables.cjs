// The tables as drizzle-kit wants them: each exported by itself.
const { columns } = require('../src/adapters/sql/schema/columns.sqlite.ts')
const { createTables } = require('../src/adapters/sql/schema/tables.ts')

module.exports = createTables(columns)
