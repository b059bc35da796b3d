// The send queue of a single process, against the contract.
import { describe } from 'vitest'
import { sendQueueContract } from '../contracts/send-queue.ts'
import { openEmbeddedSendLab } from '../support/send-lab.ts'

describe('the send queue, embedded', () => sendQueueContract(openEmbeddedSendLab))
