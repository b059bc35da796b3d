// What /metrics tells, and that docs, dashboard and alerts speak of nothing else.
import { readFile } from 'node:fs/promises'
import { parser } from '@prometheus-io/lezer-promql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHub, type TestHub } from '../../support/hub.ts'

let hub: TestHub
let text: string
let docs: Record<'metrics.md' | 'grafana.json' | 'alerts.yml', string>

beforeAll(async () => {
  hub = await startHub()
  const event = { event: 'open', _id: 'one' }
  await hub.post([event])
  await hub.post([event])
  await hub.post([event], { key: 'wrong' })
  await hub.post('[5]')
  await hub.get('/api/messages/some-id-that-is-no-label')
  text = (await hub.get('/metrics')).text
  const read = (name: string) => readFile(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')
  docs = {
    'metrics.md': await read('metrics.md'),
    'grafana.json': await read('grafana.json'),
    'alerts.yml': await read('alerts.yml'),
  }
})
afterAll(() => hub.close())

const namesIn = (words: string) => new Set(words.match(/\bmail_event_hub_\w+/g))
const told = () => new Set(Array.from(text.matchAll(/^# TYPE (mail_event_hub_\w+)/gm), ([, name]) => name))
const ofHistogram = (name: string) => name.replace(/_(bucket|count|sum)$/, '')

test('counts what happens', () => {
  for (const line of [
    'events_total{kind="opened"} 2',
    'webhook_events_total 1',
    'webhook_duplicates_total 1',
    'webhook_quarantined_total 1',
    'webhook_refused_total{code="hook.bad_signature"} 1',
    'quarantine_entries 1',
    'sockets 0',
    'sockets_catching_up 0',
    'campaigns{status="running"} 0',
    'feed_bytes_bound 2147483648',
    'http_request_seconds_count{method="POST",route="/api/hook",status="2xx"} 3',
  ])
    expect(text).toContain(`mail_event_hub_${line}\n`)
  expect(text).toMatch(/^mail_event_hub_feed_bytes [1-9]/m)
  expect(text).toMatch(/^mail_event_hub_build_info\{version="[\d.]+",node="v24/m)
  expect(text).not.toContain('some-id-that-is-no-label')
})

test('the docs tell every metric, and no other', () => {
  expect([...namesIn(docs['metrics.md'])].sort()).toEqual([...told()].sort())
})

test.for(['grafana.json', 'alerts.yml'] as const)('%s asks for what there is, in words of PromQL', (name) => {
  for (const each of namesIn(docs[name])) expect([...told()]).toContain(ofHistogram(each))
  const asked =
    name === 'grafana.json'
      ? (JSON.parse(docs[name]) as Dashboard).panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
      : Array.from(docs[name].matchAll(/^ +expr: (.+)$/gm), ([, expr]) => expr ?? '')
  expect(asked.length).toBeGreaterThan(5)
  for (const expr of asked) expect(faultsOf(expr), expr).toBe(0)
})

type Dashboard = { readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[] }

function faultsOf(expr: string): number {
  let faults = 0
  parser.parse(expr).iterate({ enter: ({ type }) => void (faults += type.isError ? 1 : 0) })
  return faults
}
