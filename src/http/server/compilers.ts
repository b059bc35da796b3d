// Schemas of requests and answers as functions, each made when its route is first asked: a hub has hundreds of them, and
// making all was a third of its start.
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import buildSerializer from 'fast-json-stringify'
import type { FastifyInstance } from 'fastify'
import { queryReader } from './queries.ts'

export function registerCompilers(app: FastifyInstance): void {
  // Nothing is taken for what it is not; queries alone, which are texts by nature, are read as numbers.
  const ajv = once(() => addFormats.default(new Ajv({ useDefaults: true })))
  app.setValidatorCompiler<object>(({ schema, httpPart }) => {
    const check = once(() => ajv().compile(schema))
    if (httpPart === 'querystring') return queryReader(schema, check)
    return (value) => (check()(value) ? { value } : { error: check().errors ?? [] })
  })
  app.setSerializerCompiler<object>(({ schema }) => {
    const write = once(() => buildSerializer(schema))
    return (value) => write()(value)
  })
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
