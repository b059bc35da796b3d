// The mailing list at a million: importing it beside plain INSERTs, and finding people in it beside a look-up by address.
import { median, quantile, type Plan } from '../harness.ts'
import { makePeople, makePerson } from '../people.ts'
import type { Line, Result } from '../report.ts'
import { startBare, startHub, type RunningHub, type Store } from '../servers.ts'

const NAMES: Readonly<Record<Store, string>> = { embedded: 'hub, embedded', shared: 'hub, Redis + MariaDB' }
const PARTS = 10
/** Each question, on one connection. */
const ASKED = 200

const sizeFor = (plan: Plan): number => (plan.rounds > 1 ? 1_000_000 : 20_000)

export async function importing(plan: Plan): Promise<Result> {
  const size = sizeFor(plan)
  const plain = await startBare('plain-inserts')
  const plainSeconds = await inParts(size, (from, to) =>
    ask(`http://127.0.0.1:${plain.port}/?from=${from}&to=${to}`),
  )
  const lines = [lineOf('plain INSERTs into SQLite, 1,000 a transaction', size, plainSeconds)]
  const plainCpu = plain.server.cpu().allMs
  await plain.close()
  const hub = await startHub('embedded')
  const before = hub.server.cpu().allMs
  const seconds = await importInto(hub, size)
  const cpu = hub.server.cpu().allMs - before
  await hub.close()
  const shared = await startHub('shared')
  const sharedSeconds = await importInto(shared, size)
  await shared.close()
  lines.push(lineOf(NAMES.embedded, size, seconds), lineOf(NAMES.shared, size, sharedSeconds))
  const sum = (all: readonly number[]) => all.reduce((one, other) => one + other, 0)
  const growth = (all: readonly number[]) => (all.at(-1) ?? NaN) / (all[0] ?? NaN)
  return {
    title: `Importing ${size} subscribers`,
    lines,
    ratios: [
      { of: 'time: hub, embedded / plain INSERTs', value: sum(seconds) / sum(plainSeconds), expected: 2 },
      { of: 'CPU: hub, embedded / plain INSERTs', value: cpu / plainCpu, expected: 4 },
      { of: 'time: last tenth / first, embedded', value: growth(seconds), expected: 1.5 },
      { of: 'time: last tenth / first, MariaDB', value: growth(sharedSeconds), expected: 1.5 },
    ],
  }
}

export async function searching(plan: Plan): Promise<Result> {
  const size = sizeFor(plan)
  const lines: Line[] = []
  const ratios: Result['ratios'][number][] = []
  for (const store of ['embedded', 'shared'] as const) {
    const hub = await startHub(store)
    await importInto(hub, size)
    const times: number[] = []
    const one = await timesOf(hub, size, ({ email }) => `email=${encodeURIComponent(email)}`)
    lines.push(figuresOf(`${NAMES[store]}: one by address`, one))
    for (const [name, sought] of QUESTIONS) {
      const found = await timesOf(hub, size, (person) => `q=${encodeURIComponent(sought(person))}`)
      lines.push(figuresOf(`${NAMES[store]}: ${name}`, found))
      times.push(...found)
    }
    await hub.close()
    const value = quantile(times, 0.95) / median(one)
    ratios.push({ of: `p95 of q= / one by address, ${NAMES[store]}`, value, expected: 10 })
  }
  return { title: `Finding people among ${size} by q=, 100 a page and how many there are`, lines, ratios }
}

type Person = ReturnType<typeof makePerson>

const QUESTIONS: readonly (readonly [name: string, sought: (person: Person) => string])[] = [
  ['beginning of an address', ({ email }) => email.slice(0, email.indexOf('.') + 4)],
  ['local part', ({ email }) => email.slice(0, email.indexOf('@'))],
  ['name', ({ name }) => name],
  ['beginning of a last name', ({ name }) => name.slice(name.indexOf(' ') + 1).slice(0, 6)],
  ['rare domain', ({ email }) => (email.endsWith('.example') ? email.slice(email.indexOf('@')) : email)],
  ['nobody', ({ name }) => `${name} x`],
]

const lineOf = (name: string, size: number, seconds: readonly number[]): Line => {
  const all = seconds.reduce((sum, each) => sum + each, 0)
  return {
    name,
    figures: { 'a second': size / all, 'first s': seconds[0] ?? NaN, 'last s': seconds.at(-1) ?? NaN },
  }
}

const figuresOf = (name: string, times: readonly number[]): Line => ({
  name,
  figures: { 'p50 ms': median(times), 'p95 ms': quantile(times, 0.95) },
})

const importInto = (hub: RunningHub, size: number): Promise<number[]> =>
  inParts(size, (from, to) => {
    const rows = [...makePeople(from, to)].map(({ email, name }) => `${email},${name}\n`)
    const headers = { authorization: hub.token, 'content-type': 'text/csv' }
    const body = `email,name\n${rows.join('')}`
    return ask(`http://127.0.0.1:${hub.port}/subscribe/import`, { method: 'POST', headers, body })
  })

/** How many seconds each part took. */
async function inParts(size: number, work: (from: number, to: number) => Promise<void>): Promise<number[]> {
  const seconds: number[] = []
  for (let part = 0; part < PARTS; part++) {
    const began = performance.now()
    await work((part * size) / PARTS, ((part + 1) * size) / PARTS)
    seconds.push((performance.now() - began) / 1000)
  }
  return seconds
}

async function timesOf(
  hub: RunningHub,
  size: number,
  queryFor: (person: Person) => string,
): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < ASKED; n++) {
    const person = makePerson(Math.floor((size / ASKED) * n))
    const began = performance.now()
    await ask(`http://127.0.0.1:${hub.port}/subscribe?${queryFor(person)}`, { headers: { authorization: hub.token } }) // prettier-ignore
    times.push(performance.now() - began)
  }
  return times
}

async function ask(url: string, init?: RequestInit): Promise<void> {
  const answer = await fetch(url, init)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url}: ${text}`)
}
