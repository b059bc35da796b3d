// What sending promises, whatever stores it runs on and whatever the mail server does.
import { afterEach, beforeEach, describe } from 'vitest'
import type { Script } from '../../support/servers/scripted-smtp.ts'
import { openSendingLab, type SendingLab } from '../../support/sending/sending-lab.ts'
import type { SendLab } from '../../support/sending/send-lab.ts'
import type { SqlLab } from '../../support/database/sql-lab.ts'
import { promisesOfCampaigns } from './sending-campaigns.ts'
import { promisesOfDoubt } from './sending-doubt.ts'
import { promisesOfFaults } from './sending-faults.ts'
import { promisesOfRefusals } from './sending-refusals.ts'
import { promisesOfWorkers } from './sending-workers.ts'

export type Current = {
  lab(): SendingLab
  /** What the mail server answers from now on. */
  script(script: Script): void
}

export function sendingContract(
  openLabs: () => Promise<{ sql: SqlLab; send: SendLab }>,
  more: (current: Current) => void = () => {},
): void {
  let lab: SendingLab
  let answer: Script
  beforeEach(async () => {
    answer = () => undefined
    lab = await openSendingLab({ ...(await openLabs()), script: (...about) => answer(...about) })
  })
  afterEach(() => lab.close())
  const current: Current = { lab: () => lab, script: (script) => void (answer = script) }

  describe('campaigns', () => promisesOfCampaigns(current))
  describe('faults of mail servers', () => promisesOfFaults(current))
  describe('what is refused for good', () => promisesOfRefusals(current))
  describe('mails in doubt', () => promisesOfDoubt(current))
  describe('workers', () => {
    promisesOfWorkers(current)
    more(current)
  })
}
