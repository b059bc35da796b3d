// Compiles the schemas of requests and answers, each when its route is first used: there are hundreds, and compiling all of them
// took a third of the start.
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import buildSerializer from 'fast-json-stringify'
import type { FastifyInstance } from 'fastify'
import { queryReader } from './queries.ts'

export function registerCompilers(app: FastifyInstance): void {
  // Types are not coerced, except in queries, which are texts by nature.
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
