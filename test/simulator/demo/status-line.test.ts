// The demo's line at a terminal: parts that do not fit are left out, none is cut.
import { expect, test } from 'vitest'
import { fitParts } from '../../../simulator/demo/status-line.ts'

const LINE = 'campaign: 12 of 300 sent, 10 opened · 1234 events in 56 batches, 7 known already'

test.each([
  [80, LINE],
  [79, 'campaign: 12 of 300 sent, 10 opened · 1234 events in 56 batches'],
  [63, 'campaign: 12 of 300 sent, 10 opened · 1234 events in 56 batches'],
  [41, 'campaign: 12 of 300 sent, 10 opened'],
  [35, 'campaign: 12 of 300 sent, 10 opened'],
  [34, 'campaign: 12 of 300 sent'],
  [10, ''],
])('in %i characters', (width, shown) => expect(fitParts(LINE, width)).toBe(shown))
