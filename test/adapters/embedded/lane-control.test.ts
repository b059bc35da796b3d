// The lanes of a single process, against the contract.
import { describe } from 'vitest'
import { laneControlContract } from '../../contracts/sending/lane-control.ts'
import { openEmbeddedSendLab } from '../../support/sending/send-lab.ts'

describe('the lanes, embedded', () => laneControlContract(openEmbeddedSendLab))
