// Requests of every route, made from the document that the hub itself gives, hostile values among them. Each answer
// has to be one that the document tells of: its status, and the shape of its body. ANY_REQUESTS=50000 is the long run,
// in which each answer must come within two seconds, too.
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import type { InjectOptions } from 'fastify'
import { TOKEN, type TestHub } from './hub.ts'

type Schema = { readonly enum?: readonly unknown[]; readonly default?: unknown; readonly $ref?: string }
type Media = { readonly schema?: Schema; readonly example?: unknown }
type Operation = {
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: Schema }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>
}
type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: object
}
type Route = { readonly method: string; readonly path: string; readonly operation: Operation }
type Asked = { readonly route: Route; readonly request: InjectOptions }

const SLOW_MS = 2000
/** Stands for an id that an answer has told. */
const KNOWN = 'KNOWN'
/** Not told for each route: what any of them may answer a malformed or hasty request with. */
const ANYWHERE = [400, 401, 403, 404, 405, 413, 415, 429]

const HOSTILE = [
  '', ' ', '0', '-1', '1e999', '-1e999', '0x10', '1.0', '+5', '9007199254740993', '99999999999999999999', 'NaN', 'null',
  'true', '\0', '\ud800', '\uffff', '%', '%00', "' OR 1=1 --", '"', '\\', '../../etc/passwd', '<script>', '{{name}}',
  '__proto__', 'constructor', 'a@b', 'ann+x@example.com', '한글@naver.com', '💥', 'x'.repeat(700), '0-0', '1-1', '0-9999999999',
  '9223372036854775808-1', '18446744073709551616-18446744073709551616', '2026-02-30T00:00:00Z', '٣', '\r\nX: y', '*',
] as const // prettier-ignore

const text = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 40 }), fc.nat().map(String))
const json = fc.oneof(text, fc.jsonValue({ maxDepth: 2 }), fc.integer(), fc.double(), fc.constant(null))

export async function askAnything(hub: TestHub, runs = Number(process.env.ANY_REQUESTS ?? 2000)) {
  const document = JSON.parse((await hub.get('/doc/json')).text) as Document
  const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: false }))
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]): Route => ({ method, path, operation })),
  )
  const checks = new Map<Schema, (body: unknown) => boolean>()
  const check = (schema: Schema) => {
    const known = checks.get(schema) ?? ajv.compile({ ...schema, components: document.components })
    checks.set(schema, known)
    return known
  }

  let lastId = 'x'
  /** What is wrong with the answer; undefined when nothing is. */
  async function problem({ route, request }: Asked): Promise<string | undefined> {
    const began = performance.now()
    const {
      status,
      headers,
      text: said,
    } = await hub.call({ ...request, url: String(request.url).replace(KNOWN, lastId) })
    lastId = /"id":"([\w-]+)"/.exec(said)?.[1] ?? lastId
    statuses[status] = (statuses[status] ?? 0) + 1
    if (process.env.ANY_REQUESTS && performance.now() - began > SLOW_MS) return 'took longer than 2 s'
    const told = route.operation.responses[status]
    if (status >= 500 && !(told && status !== 500)) return `${status} ${said}`
    if (!told && !ANYWHERE.includes(status)) return `${status} is not told of`
    if (route.method === 'head' || status === 204) return said === '' ? undefined : 'has a body'
    const type = String(headers['content-type']).split(';')[0] as string
    const content = told?.content ?? {}
    if (!type.endsWith('json'))
      return status < 500 && (type in content || status === 404) ? undefined : `is ${type}`
    const schema = content[type]?.schema ?? { $ref: '#/components/schemas/Error' }
    return check(schema)(JSON.parse(said))
      ? undefined
      : `is not of the shape that is told: ${said.slice(0, 500)}`
  }
  const statuses: Record<number, number> = {}
  const asked = fc.constantFrom(...routes).chain(requestOf)
  const holds = fc.asyncProperty(asked, async (each) => {
    const found = await problem(each)
    if (found !== undefined) throw new Error(`${JSON.stringify(each.request)}: ${found}`)
  })
  await fc.assert(holds, { numRuns: runs, seed: 20261127, endOnFailure: true })
  return statuses
}

function requestOf(route: Route): fc.Arbitrary<Asked> {
  const { parameters = [], requestBody } = route.operation
  const inQuery = parameters.filter((parameter) => parameter.in === 'query')
  const query = fc.record(Object.fromEntries(inQuery.map(({ name, schema }) => [name, valueOf(schema)])), {
    requiredKeys: [],
  })
  const places = fc.array(fc.oneof(text, fc.constant(KNOWN)), { minLength: 3, maxLength: 3 })
  const media = Object.entries(requestBody?.content ?? {})
  const body = media.length
    ? fc.constantFrom(...media).chain(([type, each]) => bodyOf(type, each))
    : fc.constant<Sent>({})
  return fc
    .record({ query, places, body, extra: fc.nat(20) })
    .map(({ query: pairs, places: ids, body: sent, extra }) => {
      let place = 0
      const path = route.path.replaceAll(/\{\w+\}/g, () => encode(ids[place++] || 'x'))
      const search = Object.entries(pairs).map(([name, value]) => `${name}=${encode(String(value))}`)
      if (extra === 0) search.push('strange=1')
      const request = {
        method: route.method.toUpperCase() as 'GET',
        url: search.length ? `${path}?${search.join('&')}` : path,
        ...sent,
        headers: { authorization: TOKEN, ...sent.headers },
      }
      return { route, request }
    })
}

const encode = (value: string): string => encodeURIComponent(value.toWellFormed())

function valueOf({ enum: words, default: usual }: Schema): fc.Arbitrary<unknown> {
  return fc.oneof(text, fc.constantFrom(...(words ?? [usual ?? '1'])))
}

type Sent = { readonly payload?: string; readonly headers?: Readonly<Record<string, string>> }

/** The example with one field spoilt; or what is no such body at all. */
function bodyOf(type: string, { example }: Media): fc.Arbitrary<Sent> {
  const headers = { 'content-type': type }
  const raw = text.map((payload): Sent => ({ payload, headers }))
  if (typeof example !== 'object' || example === null)
    return fc.oneof(raw, fc.constant({ payload: String(example ?? ''), headers }))
  const fields = Object.keys(example)
  const spoilt = fc.tuple(fc.constantFrom(...fields), json).map(([field, value]): Sent => {
    const body = { ...example, [field]: value }
    const form = new URLSearchParams(
      Object.entries(body).map(([name, each]) => [name, String(each)] as [string, string]),
    )
    return { payload: type.endsWith('json') ? JSON.stringify(body) : String(form), headers }
  })
  return fc.oneof({ weight: 5, arbitrary: spoilt }, { weight: 1, arbitrary: raw })
}
