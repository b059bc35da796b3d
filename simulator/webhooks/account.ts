// The fake Mandrill's API, as far as the hub asks it: how many events each webhook was sent.
// https://mailchimp.com/developer/transactional/api/webhooks/list-webhooks/
import fastify from 'fastify'
import type { AddressInfo } from 'node:net'
import { totalsOf } from './books.ts'
import type { Simulator } from './sender.ts'

type FakeAccount = {
  /** For MANDRILL_API_URL. */
  readonly url: string
  stop(): Promise<void>
}

type FakeWebhook = {
  /** As it was typed. */
  readonly url: string
  /** Who tells it; more may come. */
  readonly senders: readonly Pick<Simulator, 'books'>[]
}

export async function startAccount(
  key: string,
  { url, senders }: FakeWebhook,
  now = Date.now,
): Promise<FakeAccount> {
  const api = fastify()
  const createdAt = toMandrillDate(now())
  api.post('/webhooks/list.json', async (request, reply) => {
    if ((request.body as { key?: unknown } | null)?.key !== key)
      return reply
        .status(401)
        .send({ status: 'error', code: -1, name: 'Invalid_Key', message: 'Invalid API key' })
    const sum = (count: (books: Simulator['books']) => number) =>
      senders.reduce((sum, { books }) => sum + count(books), 0)
    return [
      {
        id: 1,
        url,
        description: 'The demo',
        created_at: createdAt,
        last_sent_at: null,
        batches_sent: sum(({ posts }) => posts),
        // What was answered 200: what is still under way is not missing.
        events_sent: sum((books) => totalsOf(books).accepted),
        last_error: null,
      },
    ]
  })
  await api.listen({ host: '127.0.0.1', port: 0 })
  const { port } = api.server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, stop: () => api.close() }
}

/** `YYYY-MM-DD HH:MM:SS`, in UTC. */
function toMandrillDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
}
