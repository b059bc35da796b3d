// Reads queries by their route's schema. Numbers are digits only, no parameter may be repeated, and GETs and DELETEs of the API
// refuse unknown parameters: a typo must not return, or remove, everything.
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

/** An unencoded + is a space, as in forms, except in addresses and times, which hold no spaces and often a +. */
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

/** Makes the API's GETs and DELETEs refuse unknown parameters, also where they know none. */
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

/** Not for pages: links to them get `utm_…` added. */
function refusesUnknown({ method, url, schema, config }: RouteOptions): boolean {
  const reads = [method].flat().every((each) => ['GET', 'HEAD', 'DELETE'].includes(each))
  return reads && schema?.hide !== true && (!config?.public || url === '/api/session')
}

/** For Fastify's validator compiler. `check` fills in defaults, and checks bounds and words. */
export function queryReader(schema: QuerySchema, check: () => ValidateFunction) {
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
    return check()(value) ? { value } : { error: check().errors ?? [] }
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
