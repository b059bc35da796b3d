// What of a REDIS_URL is refused before anything is asked of a server.
import { expect, test } from 'vitest'
import { probeRedis } from '../../../src/adapters/redis/probe.ts'

test.each([
  ['redis://127.0.0.1:1?tls=true', 'there is no option "tls"'],
  ['redis://127.0.0.1:1/hub', 'the database must be a number'],
  ['redis://:50%@127.0.0.1:1', 'user and password must be URL-encoded: write % as %25'],
  ['redis://a%2:b@127.0.0.1:1', 'user and password must be URL-encoded: write % as %25'],
])('%s', async (url, message) => {
  await expect(probeRedis(url)).rejects.toThrow(message)
})
