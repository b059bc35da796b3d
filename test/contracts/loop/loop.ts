// Every promise of the loop, as tests that each database must pass.
import { afterEach, beforeEach, describe } from 'vitest'
import { openLoopLab, type LoopLab } from '../../support/loop/loop-lab.ts'
import { emptied, type SqlLab } from '../../support/database/sql-lab.ts'
import { promisesOfBrakes } from './brakes.ts'
import { propertyOfTheLoop } from './property.ts'
import { promisesOfReactions } from './reactions.ts'
import { promisesOfRobots } from './robots.ts'
import { promisesOfScope } from './scope.ts'
import { promisesOfSuppressing } from './suppressing.ts'

/** `openLab` gives an empty database. */
export function loopContract(openLab: () => Promise<SqlLab>): void {
  const openEmptied = emptied(openLab)

  describe('the events of one sender', () => {
    let lab: LoopLab
    beforeEach(async () => void (lab = await openLoopLab(await openEmptied())))
    afterEach(() => lab.close())
    const current = (): LoopLab => lab

    describe('reactions', () => promisesOfReactions(current))
    describe('robots', () => promisesOfRobots(current))
    describe('suppressing', () => promisesOfSuppressing(current))
    describe('brakes', () => promisesOfBrakes(current))
    describe('any order, repetition, splitting and loss', () => propertyOfTheLoop(current))
  })
  describe('the events of others', () => promisesOfScope(openEmptied))
}
