// Marks of a single process, against the contract.
import { describe } from 'vitest'
import { marksContract } from '../../contracts/sending/marks.ts'
import { openEmbeddedSendLab } from '../../support/sending/send-lab.ts'

describe('marks, embedded', () => marksContract(openEmbeddedSendLab))
