// An event as it came, in lines: each token is what it was.
import { expect, test } from 'vitest'
import { inLines } from '../../../public/page/events/message/in-lines.js'

test.each([
  [
    '{"a":1.0,"b":12345678901234567890,"a":1e400}',
    '{\n  "a": 1.0,\n  "b": 12345678901234567890,\n  "a": 1e400\n}',
  ],
  [
    '{"url":"https:\\/\\/a.example\\/","name":"\\ud55c"}',
    '{\n  "url": "https:\\/\\/a.example\\/",\n  "name": "\\ud55c"\n}',
  ],
  ['[ ]', '[]'],
  [
    '{"a":[],"b":{},"c":[1,{"d":null}]}',
    '{\n  "a": [],\n  "b": {},\n  "c": [\n    1,\n    {\n      "d": null\n    }\n  ]\n}',
  ],
  ['{"a":"x, {y}: [\\"z\\"]"}', '{\n  "a": "x, {y}: [\\"z\\"]"\n}'],
  ['"alone"', '"alone"'],
])('%s', (json, lines) => expect(inLines(json)).toBe(lines))

test('ten thousand levels are no wall of blanks', () => {
  const deep = '['.repeat(10_000) + ']'.repeat(10_000)
  expect(inLines(deep).length).toBeLessThan(1_000_000)
})
