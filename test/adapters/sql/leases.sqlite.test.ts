// Leases in SQLite, against the contract.
import { describe } from 'vitest'
import { leasesContract } from '../../contracts/leases.ts'
import { openSqliteLab } from '../../support/database/sql-lab.ts'

describe('leases in SQLite', () => leasesContract(openSqliteLab))
