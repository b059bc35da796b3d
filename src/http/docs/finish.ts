// Completes /doc/json: an example for every body, composed from those of its parts; one shared schema for errors; and files
// described as files.
import { badField, HubError } from '../../core/errors.ts'
import { headersOf, nameSchemas, operationId } from './names.ts'
import { csvLine } from '../../core/csv/write.ts'
import { errorBody, type ErrorBody } from '../server/answers/errors.ts'

type Schema = {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly examples?: readonly unknown[]
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}
type Media = { schema?: Schema; example?: unknown; examples?: Record<string, { value: unknown }> }
type Bodies = Record<string, Media>
type Answer = { description: string; content?: Bodies; headers?: Record<string, object> }
type Parameter = {
  readonly in: string
  readonly name: string
  required?: boolean
  example?: unknown
  schema?: { default?: unknown; example?: unknown; examples?: unknown }
}
type Operation = {
  operationId?: string
  parameters?: Parameter[]
  requestBody?: { content: Bodies }
  responses: Record<string, Answer>
}
export type Document = {
  paths?: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, unknown> }
}

const ERROR: Schema = { $ref: '#/components/schemas/Error' }
/** Of what any request may be answered with: an unknown parameter, another content type, a head that is too large … */
const ANY_OTHER: Answer = {
  description: 'Any other error',
  content: { 'application/json': { schema: ERROR, example: errorBody(new HubError('request.invalid')) } },
}

export function finishDocument(document: Document): Document {
  for (const [path, operations] of Object.entries(document.paths ?? {}))
    for (const [method, operation] of Object.entries(operations))
      finishOperation(`${method} ${path}`, operation, document)
  nameSchemas(document)
  return document
}

function finishOperation(name: string, operation: Operation, document: Document): void {
  const { requestBody, responses } = operation
  operation.operationId ??= operationId(name)
  for (const parameter of operation.parameters ?? []) finishParameter(parameter)
  for (const media of Object.values(requestBody?.content ?? {})) addExample(media)
  responses.default ??= { ...ANY_OTHER }
  for (const [status, answer] of Object.entries(responses)) {
    answer.headers = { ...headersOf(name, Number(status), operation), ...answer.headers }
    if (name.startsWith('head ')) delete answer.content
    const [first] = Object.values(answer.content ?? {})
    if (!answer.content || !first) continue
    if (isError(first)) {
      document.components ??= {}
      document.components.schemas = { ...document.components.schemas, Error: first.schema }
      const example = wrongField(operation, first)
      answer.content = { 'application/json': { ...(example ? { example } : named(first)), schema: ERROR } }
    } else {
      addExample(first)
      if (answer.content['text/csv'] && answer.content['application/json'])
        answer.content['text/csv'] = { schema: { type: 'string' }, example: asCsv(first.example) }
      if (answer.content['application/x-ndjson'])
        answer.content['application/x-ndjson'] = {
          schema: { type: 'string' },
          example: asLines(first.example),
        }
    }
  }
}

/** A parameter with a default is optional. Examples of optional ones are removed: Swagger UI would send them each time. */
function finishParameter(parameter: Parameter): void {
  const { schema } = parameter
  if (schema?.default !== undefined) delete parameter.required
  if (parameter.in !== 'query' || parameter.required) return
  delete parameter.example
  delete schema?.example
  delete schema?.examples
}

const isError = ({ schema }: Media): boolean => schema?.properties?.error !== undefined

function addExample(media: Media): void {
  if (media.example === undefined && media.examples === undefined) media.example = exampleOf(media.schema)
}

/** undefined if the schema says too little. */
function exampleOf(schema: Schema | undefined): unknown {
  if (schema?.examples) return schema.examples[0]
  if (schema?.enum) return schema.enum[0]
  if (schema?.anyOf) return exampleOf(schema.anyOf[0])
  if (schema?.type === 'array') return [exampleOf(schema.items)]
  if (schema?.properties)
    return Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, exampleOf(property)]),
    )
  return undefined
}

const codeOf = (example: unknown) => (example as ErrorBody | undefined)?.error.code ?? ''

/** The example of an invalid request, with a field of this operation. */
function wrongField({ parameters = [], requestBody }: Operation, { example }: Media): unknown {
  if (codeOf(example) !== 'request.invalid') return undefined
  const [body] = Object.values(requestBody?.content ?? {})
  const [inBody] = Object.keys(body?.schema?.properties ?? {})
  const inQuery = parameters.find((parameter) => parameter.in === 'query')?.name
  const field = inBody ?? inQuery
  return field && errorBody(badField(field, 'is not valid', inBody ? 'body' : 'query'))
}

/** Several errors with one status are named by their codes. */
function named({ example, examples }: Media): Media {
  if (!examples) return { example }
  return { examples: Object.fromEntries(Object.values(examples).map((each) => [codeOf(each.value), each])) }
}

/** The example of a page, as the file for `Accept: text/csv`. */
function asCsv(page: unknown): string {
  const [{ data: _, ...first } = {}] = rowsOf(page)
  return csvLine(Object.keys(first)) + csvLine(Object.values(first).map((value) => [value].flat().join(' ')))
}

const asLines = (page: unknown): string =>
  rowsOf(page)
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('')

function rowsOf(page: unknown): readonly Record<string, unknown>[] {
  return Object.values(page as Record<string, unknown>).find((value) => Array.isArray(value)) ?? []
}
