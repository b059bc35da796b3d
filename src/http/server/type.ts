// The builders of schemas: TypeBox's types without its code, of which a start would load 373 modules for these few lines.
import type { Type as TypeBox } from 'typebox'

/** Schemas that an object may leave out. They do not say it themselves: the object does. */
const optional = new WeakSet<object>()

/** A schema that has nothing to say but its type. */
const typed =
  (type: string) =>
  (options?: object): object => ({ type, ...options })

const builders = {
  Any: (options?: object): object => ({ ...options }),
  Boolean: typed('boolean'),
  Integer: typed('integer'),
  Null: typed('null'),
  Number: typed('number'),
  String: typed('string'),
  Array: (items: object, options?: object): object => ({ type: 'array', items, ...options }),
  Literal: (value: unknown, options?: object): object => ({ type: typeof value, const: value, ...options }),
  Union: (anyOf: readonly object[], options?: object): object => ({ anyOf, ...options }),
  /** An object with any names. */
  Record: (_names: object, value: object, options?: object): object => ({
    type: 'object',
    patternProperties: { '^.*$': value },
    ...options,
  }),
  Object(properties: Readonly<Record<string, object>>, options?: object): object {
    const names = Object.entries(properties).flatMap(([name, schema]) => (optional.has(schema) ? [] : [name]))
    return { type: 'object', ...(names.length > 0 && { required: names }), properties, ...options }
  },
  Optional(schema: object): object {
    const own = { ...schema }
    optional.add(own)
    return own
  },
  /** What is written as it is; the type is the caller's word. */
  Unsafe: (schema: object): object => schema,
}

export const Type = builders as Pick<typeof TypeBox, keyof typeof builders>
