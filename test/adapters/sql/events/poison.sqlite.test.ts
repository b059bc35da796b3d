// Poisonous events through a whole hub on SQLite.
import { describe } from 'vitest'
import { poisonContract } from '../../../contracts/events/poison.ts'

describe('poisonous events on SQLite', () => poisonContract(async () => ({})))
