// The whole pipeline: a campaign from its start until it is finished, ledger and marks included, beside smtp-source.
import { setTimeout as sleep } from 'node:timers/promises'
import { figuresOf, interleave, type Contender, type Plan } from '../harness.ts'
import type { Result } from '../report.ts'
import { CONNECTIONS, smtpSource, SMTP_SOURCE, startSink } from './sending.ts'
import { startHub, type Store } from '../servers.ts'

const NAMES: Readonly<Record<Store, string>> = { embedded: 'hub, embedded', shared: 'hub, Redis + MariaDB' }
/** Of the only lane: no pace but the server's own. */
const PER_SECOND = 100_000
const LOOK_MS = 20
/** About as long as the mails of the other rows: 2 KB with headers and both parts. */
const CONTENT = `<h1>Hello {{name|friend}}</h1>${'<p>Something new &amp; <b>useful</b>, <a href="https://example.com/a">read on</a>.</p>'.repeat(4)}`

export async function pipeline(plan: Plan): Promise<Result> {
  const subscribers = plan.rounds > 1 ? 20_000 : 2_000
  const contenders: Contender[] = []
  const sink = await startSink()
  try {
    contenders.push(smtpSource(sink.port))
    contenders.push(await campaigns('embedded', sink.port, subscribers))
    contenders.push(await campaigns('shared', sink.port, subscribers))
    const figures = new Map(
      [...(await interleave(contenders, plan))].map(([name, samples]) => [name, figuresOf(samples)]),
    )
    const rateOf = (name: string) => figures.get(name)?.rate ?? NaN
    return {
      title: `Campaigns to ${subscribers} subscribers, from start to finished, to smtp-sink`,
      lines: [...figures].map(([name, { rate, cpu, mainCpu, storeCpu }]) => ({
        name,
        figures: {
          'mails a second': rate,
          'µs CPU a mail': cpu,
          'main thread': mainCpu,
          'stores ': storeCpu,
        },
      })),
      ratios: Object.values(NAMES).map((name) => ({
        of: `time a mail: ${name} / smtp-source`,
        value: rateOf(SMTP_SOURCE) / rateOf(name),
        expected: 1.6,
      })),
    }
  } finally {
    for (const { close } of contenders) await close()
    await sink.close()
  }
}

async function campaigns(store: Store, sink: number, subscribers: number): Promise<Contender> {
  const lane = { name: 'default', domains: [], connections: CONNECTIONS, per_second: PER_SECOND }
  const hub = await startHub(store, {
    SMTP_URL: `smtp://127.0.0.1:${sink}`,
    MAIL_LANES: JSON.stringify([lane]),
  })

  async function ask(path: string, body?: string, type = 'application/json'): Promise<Answer> {
    const headers = { authorization: hub.token, ...(body && { 'content-type': type }) }
    const url = `http://127.0.0.1:${hub.port}${path}`
    const answer = await fetch(url, body ? { method: 'POST', headers, body } : { headers })
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
    return (await answer.json()) as Answer
  }

  async function send(): Promise<void> {
    const { id } = await ask('/campaigns', JSON.stringify({ subject: 'News', content: CONTENT, start: true }))
    while ((await ask(`/campaigns/${id}`)).status !== 'finished') await sleep(LOOK_MS)
  }

  const rows = Array.from({ length: subscribers }, (_, n) => `reader${n}@example.org,Reader ${n}`)
  await ask('/subscribe/import', `email,name\n${rows.join('\n')}\n`, 'text/csv')
  return {
    name: NAMES[store],
    ...hub,
    async load(ms) {
      const end = performance.now() + ms
      let sent = 0
      for (; performance.now() < end; sent += subscribers) await send()
      return sent
    },
  }
}

type Answer = { readonly id?: string; readonly status?: string }
