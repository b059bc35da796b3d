// What a generated client needs from /doc/json: a name for each operation and schema, and the headers of answers.

type Json = Record<string, unknown>
type Named = { components?: { schemas?: Record<string, unknown> }; paths?: object }
type Asked = { readonly parameters?: readonly { readonly in: string; readonly name: string }[] }

/** `post /campaigns/{id}/retry-failed` becomes postCampaignsByIdRetryFailed. */
export function operationId(name: string): string {
  const words = name
    .replace(' /api/', ' ')
    .replaceAll('{', ' by ')
    .split(/[^a-zA-Z0-9]+/)
    .filter(Boolean)
  return words.map((word, index) => (index === 0 ? word : capital(word))).join('')
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

const text = (description: string) => ({ description, schema: { type: 'string' } })
const count = (description: string) => ({ description, schema: { type: 'integer' } })
const LIMITS = {
  'X-RateLimit-Limit': count('Requests allowed in this time'),
  'X-RateLimit-Remaining': count('Requests left'),
  'X-RateLimit-Reset': count('Seconds until the limit resets'),
}

export function headersOf(name: string, status: number, { parameters = [] }: Asked): Record<string, object> {
  const isRepeatable = parameters.some((parameter) => /^idempotency-key$/i.test(parameter.name))
  return {
    'X-Request-Id': text('The id of this request in the log'),
    ...(status === 401 && { 'WWW-Authenticate': text('Bearer') }),
    ...([429, 503].includes(status) && { 'Retry-After': count('Seconds until you may try again') }),
    ...(status === 429 && LIMITS),
    ...(/^post \/campaigns(\/\{id\}\/duplicate)?$/.test(name) &&
      status < 300 && { Location: text('The campaign') }),
    ...(isRepeatable && status < 300 && { 'Idempotency-Replayed': text('true: it was created before') }),
  }
}

/** Moves schemas with a title to the shared ones, under that name. */
export function nameSchemas(document: Named): void {
  const schemas: Record<string, unknown> = { ...document.components?.schemas }
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    const whole = Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, isData(key) ? each : walk(each)]),
    )
    const { title } = whole
    if (typeof title !== 'string' || (whole.type !== 'object' && whole.type !== 'string')) return whole
    schemas[title] ??= whole
    return { $ref: `#/components/schemas/${title}` }
  }
  for (const [path, operations] of Object.entries(document.paths ?? {}))
    (document.paths as Json)[path] = walk(operations)
  document.components = { ...document.components, schemas }
}

const isData = (key: string): boolean => ['example', 'examples', 'enum', 'default', 'const'].includes(key)
