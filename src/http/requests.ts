// How requests are read, before any route is asked: addresses, queries, bodies, and what is wrong with them.
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'
import { answerFrameworkError, registerErrors } from './errors.ts'

/** For fastify(). A final slash is ignored; a longer piece of a path is no id, and no address with every byte as %XX. */
export const REQUEST_OPTIONS = {
  routerOptions: { ignoreTrailingSlash: true, maxParamLength: 800 },
  frameworkErrors: answerFrameworkError,
} as const

export function setUpRequests(app: FastifyInstance): void {
  registerErrors(app)
  // Bodies are taken as they are written; only what comes as text by nature (queries, paths) is read as numbers.
  const strict = addFormats.default(new Ajv({ allErrors: false, useDefaults: true }))
  const lenient = addFormats.default(new Ajv({ coerceTypes: 'array', useDefaults: true }))
  app.setValidatorCompiler<object>(({ schema, httpPart }) =>
    (httpPart === 'body' ? strict : lenient).compile(schema),
  )
  // An empty body is no error where none is needed; where one is, its schema says so.
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null, undefined) : parseJson(request, body, done),
  )
}
