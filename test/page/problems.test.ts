// What the strip says of a hub that can be asked, and is not well.
import { expect, test } from 'vitest'
import { problemsOf } from '../../public/page/setup/problems.js'
import type { Setup } from '../../public/page/types.d.ts'

const told = (states: Setup['states']) =>
  problemsOf({ states, refused: [], quarantine: 0, webhooks_silent: false })

test.each([
  [{ events: 'ok', database: 'ok', archive: 'ok', sending: 'ok' }, []],
  [{ database: 'gone', archive: 'at a stand' }, ['The database is gone']],
  [{ database: 'read-only' }, ['The database is read-only']],
  // In the words in which a list says it: one problem is not told as two.
  [{ database: 'no answer' }, ['The database cannot be reached']],
  [{ archive: 'at a stand' }, ['The history has stalled']],
  [{ sending: 'paused' }, ['A lane is paused']],
  // The state of the feed tells that.
  [{ events: 'gone', database: 'gone', archive: 'at a stand' }, []],
])('%j', (states, problems) => {
  expect(told(states)).toEqual(problems)
})
