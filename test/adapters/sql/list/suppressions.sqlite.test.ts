// Suppressions in SQLite, against the contract.
import { describe } from 'vitest'
import { suppressionsContract } from '../../../contracts/list/suppressions.ts'
import { openSqliteLab } from '../../../support/database/sql-lab.ts'

describe('suppressions in SQLite', () => suppressionsContract(openSqliteLab))
