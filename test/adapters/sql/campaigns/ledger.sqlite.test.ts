// The ledger in SQLite, against the contract.
import { describe } from 'vitest'
import { ledgerContract } from '../../../contracts/campaigns/ledger.ts'
import { openSqliteLab } from '../../../support/database/sql-lab.ts'

describe('the ledger in SQLite', () => ledgerContract(openSqliteLab))
