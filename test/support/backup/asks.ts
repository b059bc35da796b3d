// What the tests of backup and restore ask of a hub and of the mails it has sent.
import { TOKEN, type Client, type Stage } from './stage.ts'
import { eventually } from '../eventually.ts'

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, n) => from + n)
export const missing = (wanted: readonly number[], found: ReadonlySet<unknown>) =>
  wanted.filter((n) => !found.has(n))

export async function numbersOf(hub: Client): Promise<ReadonlySet<unknown>> {
  return new Set((await hub.events()).map(({ data }) => data.n))
}

/** Waits until the archive holds so many events. */
export async function tracked(hub: Client, count: number): Promise<void> {
  await eventually(async () => (await hub.events()).length).toBe(count)
}

/** What the statistics have counted, which no repetition may add to. */
export async function total(hub: Client): Promise<number> {
  const { minutes } = await hub.ask('/api/stats?minutes=1440')
  return minutes.reduce((sum: number, { counts }: { counts: Record<string, number> }) => {
    return sum + Object.values(counts).reduce((a, b) => a + b, 0)
  }, 0)
}

export async function subscribe(hub: Client, count: number): Promise<void> {
  const lines = range(0, count).map((n) => `reader${n}@example.com,`)
  const { added } = await hub.ask('/subscribe/import', ['email,name', ...lines].join('\n'))
  if (added !== count) throw new Error(`${added} of ${count} subscribed`)
}

export async function sent(hub: Client, campaign: string): Promise<string[]> {
  const { deliveries } = await hub.ask(`/campaigns/${campaign}/deliveries?status=sent&limit=500`)
  return deliveries.map(({ email }: { email: string }) => email)
}

export async function firstGap(hub: Client, cursor: string) {
  const socket = await hub.socket(`after=${cursor}`)
  await socket.first('position')
  socket.ws.terminate()
  return socket.frames.find(({ type }) => type === 'gap') ?? null
}

export function addressees({ sink }: Stage, subject: string): string[] {
  const mails = sink.mails.filter(({ raw }) => raw.toString().includes(`Subject: ${subject}\r\n`))
  return mails.flatMap(({ to }) => to)
}

export const unfolded = ({ sink }: Stage): string =>
  (sink.mails[0]?.raw.toString() ?? '').replace(/\r\n[ \t]+/g, '')

const JSON_TYPE = { 'content-type': 'application/json' }

/** The cookie of the page. */
export async function signIn({ url }: Client): Promise<string> {
  const body = JSON.stringify({ token: TOKEN })
  const answer = await fetch(`${url}/api/session`, { method: 'POST', headers: JSON_TYPE, body })
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

export const endSession = ({ url }: Client, cookie: string): Promise<Response> =>
  fetch(`${url}/api/session`, { method: 'DELETE', headers: { cookie, origin: url } })

export async function isSignedIn({ url }: Client, cookie: string): Promise<boolean> {
  const answer = await fetch(`${url}/api/session`, { headers: { cookie } })
  return ((await answer.json()) as { signed_in: boolean }).signed_in
}
