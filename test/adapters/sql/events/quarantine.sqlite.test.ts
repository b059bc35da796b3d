// Quarantine in SQLite, against the contract.
import { describe } from 'vitest'
import { quarantineContract } from '../../../contracts/events/quarantine.ts'
import { openSqliteLab } from '../../../support/database/sql-lab.ts'

describe('quarantine in SQLite', () => quarantineContract(openSqliteLab))
