// The loop on SQLite, against the contract.
import { describe } from 'vitest'
import { loopContract } from '../../contracts/loop/loop.ts'
import { openSqliteLab } from '../../support/database/sql-lab.ts'

describe('the loop on SQLite', () => loopContract(openSqliteLab))
