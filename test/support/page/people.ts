// Who is on the list of a running hub: what the tests of the page arrange through its API.
import { TOKEN, type RunningHub } from './browser.ts'
import { eventually } from '../eventually.ts'

type Person = {
  readonly id: string
  readonly subscribed: boolean
  readonly mailable: boolean
}
export type People = ReturnType<typeof peopleOf>

export function peopleOf(hub: RunningHub) {
  async function send<T>(method: string, path: string, type: string, body?: string): Promise<T> {
    const headers = { authorization: TOKEN, ...(body !== undefined && { 'content-type': type }) }
    const response = await fetch(hub.url + path, { method, headers, ...(body !== undefined && { body }) })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return (response.status === 204 ? undefined : await response.json()) as T
  }
  const call = <T>(method: string, path: string, body?: object) =>
    send<T>(method, path, 'application/json', body && JSON.stringify(body))
  return {
    call,
    subscribe: (email: string, name = '') => call<Person>('POST', '/subscribe', { email, name }),
    leave: (email: string) => call<Person>('PATCH', '/subscribe', { email }),
    suppress: (email: string, reason: string) => call('POST', '/suppressions', { email, reason }),
    import: (csv: string) => send('POST', '/subscribe/import', 'text/csv', csv),
    async get(email: string) {
      const path = `/subscribe?email=${encodeURIComponent(email)}`
      return (await call<{ subscribers: Person[] }>('GET', path)).subscribers[0]
    },
    /** A campaign to everybody: resolves with its id when all of it is sent. */
    async campaign(subject: string): Promise<string> {
      const made = { subject, content: '<p>News</p>', start: true }
      const { id } = await call<{ id: string }>('POST', '/campaigns', made)
      const status = async () => (await call<{ status: string }>('GET', `/campaigns/${id}`)).status
      await eventually(status).toBe('finished')
      return id
    },
  }
}
