// A subscriber as a user would write one: with the hub's own /client.js, which reconnects and resumes by itself.
import { connect } from '../../../public/client.js'
import type { Registry } from './registry.ts'
import type { Watcher, Wish } from './watcher.ts'

type ClientWatchOptions = {
  readonly address: string
  readonly token: string
  readonly wish: Wish
  readonly registry: Registry
}

/** It reads everything that its wish matches, from the beginning. */
export function startClientWatcher({ address, token, wish, registry }: ClientWatchOptions): Watcher {
  const seen: number[] = []
  const problems: string[] = []
  let connections = 0
  const words = new URLSearchParams(wish.query)
  const events = words.get('events')?.split(',')
  const client = connect({
    url: `http://${address}`,
    token,
    after: '0',
    events,
    tag: words.get('tag') ?? undefined,
    campaign: words.get('campaign') ?? undefined,
    onEvent: ({ cursor, data }) => void seen.push(registry.noteParsed(cursor, data)),
    onGap: (gap) => void problems.push(`gap ${JSON.stringify(gap)}`),
    onError: (error) => void problems.push(`error ${JSON.stringify(error)}`),
    onState: ({ state }) => void (connections += state === 'catching_up' ? 1 : 0),
  })
  return {
    name: `client.js${wish.query ? `, ${wish.query}` : ''}`,
    wish,
    seen,
    problems,
    connections: () => connections,
    beginning: () => '0',
    calmDown: () => client.retryNow(),
    close: () => client.close(),
  }
}
