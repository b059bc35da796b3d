// What the operator is told about a Redis that could lose events.
import { expect, test } from 'vitest'
import { dangers } from '../../../src/adapters/redis/feed/durability.ts'

const SAFE = { evictionPolicy: 'noeviction', appendOnly: 'yes', appendFsync: 'always', save: '' }

test('nothing when every write is on disk before it is answered', () => {
  expect(dangers(SAFE)).toEqual([])
})

test.for([
  [{ evictionPolicy: 'allkeys-lru' }, /maxmemory-policy is allkeys-lru.*noeviction/],
  [{ evictionPolicy: 'volatile-ttl' }, /maxmemory-policy is volatile-ttl.*noeviction/],
  [{ appendOnly: 'no' }, /nothing on disk/],
  [{ appendOnly: 'no', save: '3600 1' }, /only snapshots/],
  [{ appendFsync: 'everysec' }, /two seconds/],
  [{ appendFsync: 'no' }, /half a minute/],
] as const)('one sentence for %o', ([change, sentence]) => {
  const found = dangers({ ...SAFE, ...change })
  expect(found).toHaveLength(1)
  expect(found[0]).toMatch(sentence)
})
