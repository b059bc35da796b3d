// What the demo's hub is started with.
import { expect, test } from 'vitest'
import { ownOver } from '../../../simulator/demo/hub.ts'

test.each([
  ['', './data-demo'],
  ['./elsewhere', './elsewhere'],
])('with DATA_DIR "%s" the demo writes to %s', (DATA_DIR, written) => {
  expect(ownOver({ DATA_DIR })).toMatchObject({ DATA_DIR: written })
})
