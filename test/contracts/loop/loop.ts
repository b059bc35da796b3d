// Every promise of the loop, as tests that each database must pass.
import { afterEach, beforeEach, describe } from 'vitest'
import { openLoopLab, type LoopLab } from '../../support/loop-lab.ts'
import type { SqlLab } from '../../support/sql-lab.ts'
import { promisesOfBrakes } from './brakes.ts'
import { propertyOfTheLoop } from './property.ts'
import { promisesOfReactions } from './reactions.ts'
import { promisesOfRobots } from './robots.ts'
import { promisesOfScope } from './scope.ts'
import { promisesOfSuppressing } from './suppressing.ts'

/** `openLab` gives each test an empty database of its own. */
export function loopContract(openLab: () => Promise<SqlLab>): void {
  let lab: LoopLab
  beforeEach(async () => void (lab = await openLoopLab(await openLab())))
  afterEach(() => lab.close())
  const current = (): LoopLab => lab

  describe('reactions', () => promisesOfReactions(current))
  describe('robots', () => promisesOfRobots(current))
  describe('suppressing', () => promisesOfSuppressing(current))
  describe('the events of others', () => promisesOfScope(openLab))
  describe('brakes', () => promisesOfBrakes(current))
  describe('any order, repetition, splitting and loss', () => propertyOfTheLoop(current))
}
