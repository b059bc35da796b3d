// All tables, on either database.
import { campaignTables } from './campaigns.ts'
import type { Columns } from './columns.sqlite.ts'
import { eventTables } from './events.ts'
import { listTables } from './list.ts'
import { loopTables } from './loop.ts'

export const createTables = (columns: Columns) => ({
  ...eventTables(columns),
  ...listTables(columns),
  ...loopTables(columns),
  ...campaignTables(columns),
})
