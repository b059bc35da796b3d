// The page's kinds of events beside core's: a kind that one of them lacks would be shown as nothing.
import { expect, test } from 'vitest'
import { KIND_NAMES } from '../../../public/page/events/kinds.js'
import { KINDS } from '../../../src/core/events/event.ts'

test('the page knows each kind that there is, and no other', () => {
  expect(KIND_NAMES.toSorted()).toEqual(KINDS.toSorted())
})
