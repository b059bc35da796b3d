// Every promise of the LaneControl port, as tests that each adapter must pass on a real store.
import { afterEach, beforeEach, describe } from 'vitest'
import type { SendLab } from '../../support/sending/send-lab.ts'
import { promisesOfPace } from './lane-control-pace.ts'
import { promisesOfPlaces } from './lane-control-places.ts'

/** `openLab` gives each test an empty store of its own. */
export function laneControlContract(
  openLab: () => Promise<SendLab>,
  more: (lab: () => SendLab) => void = () => {},
): void {
  let lab: SendLab
  beforeEach(async () => void (lab = await openLab()))
  afterEach(() => lab.close())
  const current = (): SendLab => lab

  describe('pace', () => {
    promisesOfPace(current)
    more(current)
  })
  describe('places', () => promisesOfPlaces(current))
}
