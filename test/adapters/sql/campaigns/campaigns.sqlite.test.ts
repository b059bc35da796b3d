// Campaigns in SQLite, against the contract.
import { describe } from 'vitest'
import { campaignStoreContract } from '../../../contracts/campaigns/campaigns.ts'
import { openSqliteLab } from '../../../support/database/sql-lab.ts'

describe('campaigns in SQLite', () => campaignStoreContract(openSqliteLab))
