// The mailing list in SQLite, against the contract.
import { describe } from 'vitest'
import { subscribersContract } from '../../../contracts/list/subscribers.ts'
import { openSqliteLab } from '../../../support/database/sql-lab.ts'

describe('the mailing list in SQLite', () => subscribersContract(openSqliteLab))
