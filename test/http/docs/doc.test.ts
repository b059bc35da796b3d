// /doc and /doc/json: that the document tells all of every route, and nothing that is not so.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HubError, type ErrorCode } from '../../../src/core/errors.ts'
import { startHub, type TestHub } from '../../support/hub.ts'

type Media = { schema: object; example?: unknown; examples?: Record<string, { value: unknown }> }
type Answer = { description?: string; headers?: object; content?: Record<string, Media> }
type Parameter = {
  in: string
  name: string
  required?: boolean
  schema: { default?: unknown; example?: unknown; examples?: unknown[] }
}
type Operation = {
  operationId?: string
  parameters?: Parameter[]
  summary?: string
  tags?: string[]
  security?: unknown[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, Answer>
}
type Document = {
  openapi: string
  security?: unknown[]
  components: object
  paths: Record<string, Record<string, Operation>>
}

let hub: TestHub
let document: Document
const routes: string[] = []
beforeAll(async () => {
  subscribe('fastify.initialization', watchRoutes)
  hub = await startHub()
  unsubscribe('fastify.initialization', watchRoutes)
  document = JSON.parse((await hub.get('/doc/json')).text) as Document
})
afterAll(() => hub.close())

function watchRoutes(message: unknown): void {
  const { fastify } = message as { fastify: FastifyInstance }
  fastify.addHook('onRoute', ({ method, url }) => {
    if (typeof method === 'string') routes.push(`${method} ${url}`) // several are those that are answered with 405
  })
}

const operations = () =>
  Object.entries(document.paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, operation]) => ({ name: `${verb} ${path}`, operation })),
  )
const answers = () =>
  operations().flatMap(({ name, operation }) =>
    Object.entries(operation.responses).map(([status, answer]) => ({
      name: `${name} ${status}`,
      status: Number(status),
      answer,
    })),
  )
const bodies = () => [
  ...operations().flatMap(({ name, operation: { requestBody } }) =>
    Object.entries(requestBody?.content ?? {}).map(([type, media]) => ({ name: `${name} ${type}`, media })),
  ),
  ...answers().flatMap(({ name, answer }) =>
    Object.entries(answer.content ?? {}).map(([type, media]) => ({ name: `${name} ${type}`, media })),
  ),
]
const examplesOf = ({ example, examples }: Media): unknown[] =>
  examples ? Object.values(examples).map(({ value }) => value) : [example]

test('is valid 3.1 by a public validator', async () => {
  expect(document.openapi).toMatch(/^3\.1\./)
  expect(await new Validator().validate(document)).toEqual({ valid: true })
})

test('has every route of the program, but for the page, its files, the docs and the socket', () => {
  const notTold =
    /^(GET \/(\*|doc|doc\/.*|dashboard\/.*|(assets|page)\/.*|client\..*|ws\/email)?|(HEAD|OPTIONS) .*)$/
  const told = operations().map(({ name }) => name)
  expect(told).toContain('head /api/hook')
  const wanted = routes.filter((route) => !notTold.test(route))
  expect(wanted.length).toBeGreaterThan(40)
  const asTold = (route: string) =>
    route.replace(/^\w+/, (verb) => verb.toLowerCase()).replaceAll(/:(\w+)/g, '{$1}')
  expect(wanted.map(asTold).filter((route) => !told.includes(route))).toEqual([])
})

test('every operation has a summary, a tag, a success, an error, and says who may call it', () => {
  expect(document.security).toEqual([{ token: [] }, { session: [] }])
  for (const { name, operation } of operations()) {
    const statuses = Object.keys(operation.responses)
    expect.soft(operation.summary, name).toBeTruthy()
    expect.soft(operation.tags, name).toHaveLength(1)
    expect.soft(statuses, name).toContainEqual(expect.stringMatching(/^2/))
    expect.soft(statuses, name).toContainEqual(expect.stringMatching(/^[45]/))
    // Without a word of its own, what the whole document says holds.
    expect.soft(operation.security ?? document.security, name).toBeInstanceOf(Array)
  }
})

test('who may call what is as it says, and who needs the token is told of 401', async () => {
  for (const { name, operation } of operations()) {
    const { security = document.security ?? [] } = operation
    const isOpen = security.length === 0 || security.some((way) => Object.keys(way as object).length === 0)
    const [method = '', path = ''] = name.split(' ')
    const { status } = await hub.call({
      method: method.toUpperCase() as 'GET',
      url: path.replaceAll(/\{\w+\}/g, 'none'),
    })
    if (isOpen) expect.soft(status, name).not.toBe(401)
    else expect.soft(status, name).toBe(401)
    if (!isOpen) expect.soft(Object.keys(operation.responses), name).toContain('401')
  }
})

test('every answer is described', () => {
  for (const { name, answer } of answers()) {
    expect.soft(answer.description, name).toBeTruthy()
    expect.soft(answer.description, name).not.toBe('Default Response')
  }
})

test('every body has an example, and it is what the schema says', () => {
  const ajv = addFormats.default(new Ajv2020({ strict: false }))
  expect(bodies().length).toBeGreaterThan(100)
  for (const { name, media } of bodies())
    for (const example of examplesOf(media)) {
      const { components } = document
      expect.soft(example, name).toBeDefined()
      expect
        .soft(ajv.validate({ ...media.schema, components }, example), `${name} ${ajv.errorsText()}`)
        .toBe(true)
    }
})

test('the example of an error is one of its status', () => {
  const isOfOne = ({ status }: { status: number }) => !Number.isNaN(status) // not `default`
  const errors = answers().filter(
    (each) => isOfOne(each) && JSON.stringify(each.answer).includes('schemas/Error'),
  )
  expect(errors.length).toBeGreaterThan(50)
  for (const { name, status, answer } of errors) {
    expect.soft(Object.keys(answer.content ?? {}), name).toEqual(['application/json'])
    for (const example of Object.values(answer.content ?? {}).flatMap(examplesOf)) {
      const { code } = (example as { error: { code: ErrorCode } }).error
      expect.soft(new HubError(code).status, `${name} ${code}`).toBe(status)
    }
  }
})

test('bodies that are read by hand are told, too', () => {
  const typesOf = (path: string) => Object.keys(document.paths[path]?.post?.requestBody?.content ?? {})
  expect(typesOf('/api/hook')).toEqual(['application/json', 'application/x-www-form-urlencoded'])
  expect(typesOf('/subscribe/import')).toEqual(['text/csv', 'multipart/form-data'])
})

test('what the document shows for JSON batches and files is taken', async () => {
  const headers = { authorization: 'the-api-token-of-the-tests' }
  const send = (url: string, type: string) => {
    const media = document.paths[url]?.post?.requestBody?.content[type]
    const { example } = media ?? {}
    const payload = typeof example === 'string' ? example : JSON.stringify(example)
    return hub.call({ method: 'POST', url, headers: { ...headers, 'content-type': type }, payload })
  }
  const hooked = await send('/api/hook', 'application/json')
  expect(hooked).toMatchObject({ status: 200, body: { accepted: 1, quarantined: 0 } })
  const imported = await send('/subscribe/import', 'text/csv')
  expect(imported).toMatchObject({ status: 200, body: { added: 1, error_count: 0 } })
  expect((await send('/campaigns', 'application/json')).status).toBe(201)
  expect((await send('/subscribe', 'application/json')).status).toBe(201)
  expect((await send('/suppressions', 'application/json')).status).toBe(201)
})

test('the page of the docs is there, and loads nothing from elsewhere', async () => {
  const answer = await hub.get('/doc')
  expect(answer.status).toBe(200)
  expect(answer.text).not.toMatch(/(src|href)="https?:/)
  expect(String(answer.headers['content-security-policy'])).not.toContain('upgrade-insecure-requests')
})

test('every operation has a name of its own', () => {
  const names = operations().map(({ operation }) => operation.operationId)
  expect(names).toContain('getEvents')
  expect(names).toContain('postCampaignsByIdRetryFailed')
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(name).toMatch(/^[a-z][a-zA-Z0-9]+$/)
})

test('what has a default may be left out', () => {
  const withDefault = operations().flatMap(({ operation: { parameters = [] } }) =>
    parameters.filter(({ schema }) => schema.default !== undefined),
  )
  expect(withDefault.length).toBeGreaterThan(5)
  expect(withDefault.filter(({ required }) => required)).toEqual([])
})

test('schemas go by their names', () => {
  const { schemas } = document.components as { schemas: object }
  const names = [
    'Campaign',
    'CampaignHead',
    'Delivery',
    'Error',
    'Event',
    'Lane',
    'Subscriber',
    'Suppression',
  ]
  expect(Object.keys(schemas)).toEqual(expect.arrayContaining(names))
  const used = JSON.stringify(document.paths)
  for (const name of names) expect(used + JSON.stringify(schemas), name).toContain(`schemas/${name}"`)
})

test('any other error is told, too: a parameter that is not known, a type that is not taken', () => {
  for (const { name, operation } of operations())
    if (!name.startsWith('head ')) expect.soft(operation.responses, name).toHaveProperty('default.content')
})

test('headers of answers are told', () => {
  for (const { name, status, answer } of answers()) {
    const told = Object.keys(answer.headers ?? {})
    expect.soft(told, name).toContain('X-Request-Id')
    if (status === 401) expect.soft(told, name).toContain('WWW-Authenticate')
    if (status === 429 || status === 503) expect.soft(told, name).toContain('Retry-After')
  }
  expect(document.paths['/campaigns']?.post?.responses['201']?.headers).toHaveProperty('Location')
})

test('the first "Try it out" of every GET is answered 2xx: the page of the docs fills in what it finds', async () => {
  for (const { name, operation } of operations()) {
    const [method, path = ''] = name.split(' ')
    if (method !== 'get' || path.includes('{')) continue
    const query = new URLSearchParams()
    for (const { in: where, name: field, schema, required } of operation.parameters ?? []) {
      const filledIn = schema.example ?? schema.examples?.[0] ?? schema.default
      if (where === 'query' && (required || filledIn !== undefined)) query.set(field, String(filledIn))
    }
    const { status } = await hub.get(`${path}?${query}`)
    expect.soft(status, `${name}?${query}`).toBe(path === '/api/reconcile' ? 409 : 200) // no key to ask with
  }
})

test("the docs page keeps no token, and shows the hub's own sign", async () => {
  const { text } = await hub.get('/doc/static/swagger-initializer.js')
  expect(text).toContain('"persistAuthorization":false')
  const [, icon] = /rel="icon"[^>]*href="([^"]+)"/.exec((await hub.get('/doc')).text) ?? []
  expect((await hub.get(icon ?? '')).text).toBe((await hub.get('/icon.svg')).text)
})

test('an answer that may be a file says what it depends on, and how the file is called', async () => {
  const headers = { authorization: 'the-api-token-of-the-tests' }
  const draft = { subject: 'News', content: '<p>News</p>' }
  const made = await hub.call({ method: 'POST', url: '/campaigns', headers, payload: draft })
  const asFile = answers().filter(
    ({ name, answer }) => name.startsWith('get') && answer.content?.['text/csv'],
  )
  expect(asFile).toHaveLength(4)
  for (const { name, answer } of asFile) {
    const url = name.split(' ')[1]?.replace('{id}', String(made.body.id)) ?? ''
    const json = await hub.call({ method: 'GET', url, headers })
    const csv = await hub.call({ method: 'GET', url, headers: { ...headers, accept: 'text/csv' } })
    for (const { headers } of [json, csv]) expect.soft(headers.vary, name).toMatch(/\bAccept(,|$)/)
    expect.soft(csv.headers['content-disposition'], name).toMatch(/^attachment; filename="[\w-]+\.csv"$/)
    const example = String(answer.content?.['text/csv']?.example)
    expect.soft(example.split('\r\n')[0], name).toBe(csv.text.split('\r\n')[0]?.slice(1))
  }
})
