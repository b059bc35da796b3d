// TypeBox's builders of schemas, those that are used here, for its types. The package itself is 373 modules: a tenth of a
// start.
import type { TProperties, Type as TypeBox } from 'typebox'

const optional = new WeakSet<object>()

/** Never: what each schema is to the compiler, TypeBox's types say. */
const made = (schema: object, options?: object) => ({ ...schema, ...options }) as never

function makeOptional(schema: object): never {
  const copy = made(schema)
  optional.add(copy)
  return copy
}

function makeObject(properties: TProperties, options?: object): never {
  const required = Object.entries(properties).flatMap(([name, each]) => (optional.has(each) ? [] : [name]))
  return made({ type: 'object', ...(required.length > 0 && { required }), properties }, options)
}

type Used =
  | 'Any'
  | 'Array'
  | 'Boolean'
  | 'Integer'
  | 'Literal'
  | 'Null'
  | 'Number'
  | 'Object'
  | 'Optional'
  | 'Record'
  | 'String'
  | 'Union'
  | 'Unsafe'

export const Type: Pick<typeof TypeBox, Used> = {
  Any: (options) => made({}, options),
  Array: (items, options) => made({ type: 'array', items }, options),
  Boolean: (options) => made({ type: 'boolean' }, options),
  Integer: (options) => made({ type: 'integer' }, options),
  Literal: (value, options?) => made({ type: typeof value, const: value }, options),
  Null: (options) => made({ type: 'null' }, options),
  Number: (options) => made({ type: 'number' }, options),
  Object: makeObject,
  Optional: makeOptional,
  Record: (_names, value, options) => made({ type: 'object', patternProperties: { '^.*$': value } }, options),
  String: (options) => made({ type: 'string' }, options),
  Union: (anyOf, options) => made({ anyOf }, options),
  Unsafe: (schema) => made(schema),
}
