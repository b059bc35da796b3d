// Queries: texts that are read by their route's schema. Numbers are digits, a parameter comes once, and the API's
// GETs and DELETEs know all of theirs: a typo must not return, or remove, everything.
import { badField } from '../../core/errors.ts'
import type { ErrorObject, ValidateFunction } from 'ajv'
import type { FastifyInstance, RouteOptions } from 'fastify'

type Texts = Record<string, string | string[]>
type Property = { readonly type?: string; readonly anyOf?: readonly { readonly type?: string }[] }
type QuerySchema = {
  readonly properties?: Readonly<Record<string, Property>>
  readonly additionalProperties?: unknown
}

const DIGITS = /^\d{1,15}$/

/** An unencoded + is a blank, as in any form, but for addresses and times: none holds a blank, and many a +. */
export function parseQuery(text: string): Texts {
  const values: Texts = Object.create(null)
  if (text === '') return values
  const pairs = text.split('&').map((pair) => (holdsPlus(pair) ? pair.replaceAll('+', '%2B') : pair))
  for (const [name, value] of new URLSearchParams(pairs.join('&'))) {
    const before = values[name]
    values[name] = before === undefined ? value : [before, value].flat()
  }
  return values
}

const holdsPlus = (pair: string): boolean => /^(email|since|until)=|=.*(@|%40)/i.test(pair)

/** For each route of the API: a query that it does not know is refused, also where it knows none. */
export function registerQueries(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (!refusesUnknown(route)) return
    const { querystring = { type: 'object', properties: {} } } = route.schema ?? {}
    route.schema = {
      ...route.schema,
      querystring: { ...(querystring as object), additionalProperties: false },
    }
  })
}

/** Not of pages: links get `utm_…` on their way. */
function refusesUnknown({ method, url, schema, config }: RouteOptions): boolean {
  const reads = [method].flat().every((each) => ['GET', 'HEAD', 'DELETE'].includes(each))
  return reads && schema?.hide !== true && (!config?.public || url === '/api/session')
}

/** For Fastify's validator compiler. What `made` makes fills in defaults, and sees to bounds and words. */
export function queryReader(schema: QuerySchema, made: () => ValidateFunction) {
  const known = schema.properties ?? {}
  return (query: Texts): { value?: unknown; error?: Error | ErrorObject[] } => {
    const value: Record<string, unknown> = {}
    for (const [name, text] of Object.entries(query ?? {})) {
      const property = Object.hasOwn(known, name) ? known[name] : undefined
      if (property) {
        const { problem, read } = readText(text, property)
        if (problem) return { error: badField(name, problem, 'query') }
        value[name] = read
      } else if (schema.additionalProperties === false) return { error: unknownParameter(name, known) }
    }
    const check = made()
    return check(value) ? { value } : { error: check.errors ?? [] }
  }
}

function readText(text: string | string[], { type, anyOf }: Property): { problem?: string; read?: unknown } {
  if (anyOf?.some((each) => each.type === 'array')) return { read: text }
  if (Array.isArray(text)) return { problem: 'is given more than once' }
  if (type === 'integer')
    return DIGITS.test(text) ? { read: Number(text) } : { problem: 'must be a whole number, in digits' }
  if (type === 'boolean')
    return ['true', 'false'].includes(text) ? { read: text === 'true' } : { problem: 'must be true or false' }
  return { read: text }
}

export function unknownParameter(name: string, known: object, where = 'query') {
  const names = Object.keys(known).join(', ')
  const shown = name.slice(0, 50)
  return badField(shown, `is not known; known are: ${names || 'none'}`, where)
}
