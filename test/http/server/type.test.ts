// The builders of schemas: what they write is what TypeBox writes.
import { Type as TypeBox } from 'typebox'
import { expect, test } from 'vitest'
import { Type } from '../../../src/http/server/type.ts'

/** A schema of every kind, in which some may be left out. */
function schemaBy(by: typeof Type): object {
  const word = by.String({ maxLength: 3, examples: ['abc'] })
  return by.Object(
    {
      any: by.Any({ description: 'Anything' }),
      yes: by.Boolean(),
      whole: by.Integer({ minimum: 1, default: 50 }),
      nothing: by.Null({ description: 'Nothing' }),
      number: by.Number(),
      word,
      maybe: by.Optional(word),
      words: by.Optional(by.Array(word, { maxItems: 2 })),
      ok: by.Literal('ok'),
      either: by.Union([word, by.Null()], { examples: [null] }),
      counts: by.Record(by.String(), by.Integer(), { examples: [{ sent: 1 }] }),
      own: by.Optional(by.Unsafe<string | null>({ type: ['string', 'null'] })),
      none: by.Object({ word: by.Optional(word) }),
    },
    { additionalProperties: false, examples: [{}] },
  )
}

test('they write what TypeBox writes', () => {
  expect(JSON.stringify(schemaBy(Type))).toBe(JSON.stringify(schemaBy(TypeBox)))
})

test('a schema that one object may leave out is needed by another', () => {
  const word = Type.String()
  Type.Object({ word: Type.Optional(word) })
  expect(Type.Object({ word })).toMatchObject({ required: ['word'] })
})
