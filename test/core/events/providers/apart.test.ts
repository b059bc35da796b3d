// What is a provider's own stays in its folder: nothing else reads Mandrill's JSON.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const SRC = join(import.meta.dirname, '../../../../src')
/** The second one asks Mandrill's API, which has fields of its own. */
const ITS_OWN = /^(core\/events\/providers|adapters)\/mandrill\//
/** A line of the log has a `msg`, too. */
const READS_THE_LOG = /^terminal\.ts$/
/** Names that only Mandrill's payloads have; of those that the hub has, too, how they would be read. */
const READING =
  /\bmsg\b|\._id\b|\['_id'\]|\{ *_id\b|reject_reason|user_agent|smtp_events|bounce_description|from_email/

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const codeOf = (file: string) =>
  readFileSync(join(SRC, file), 'utf8')
    .replace(/^\s*(\/\/|\/?\*).*$/gm, '')
    .split('\n')
    .filter((line) => !/^\s*(import|export) .*from '|^} from '/.test(line))

test('the scan finds who reads it', () => {
  const readers = files.filter((file) => codeOf(file).some((line) => READING.test(line)))
  expect(readers).toContain('core/events/providers/mandrill/facts.ts')
})

test('only its folder reads what Mandrill writes', () => {
  const lines = files
    .filter((file) => !ITS_OWN.test(file) && !READS_THE_LOG.test(file))
    .flatMap((file) => codeOf(file).flatMap((line) => (READING.test(line) ? `${file}: ${line.trim()}` : [])))
  expect(lines).toEqual([])
})

test('only the hook, its sample, the docs of the API and the table know its folder', () => {
  const knowing = files.filter(
    (file) => !ITS_OWN.test(file) && readFileSync(join(SRC, file), 'utf8').includes('providers/mandrill/'),
  )
  expect(knowing.toSorted()).toEqual([
    'core/events/intake/batch.ts',
    'core/events/refusal.ts',
    'http/events/events.ts',
    'http/events/hook/hook.ts',
    'http/events/json.ts',
    'http/events/sample.ts',
  ])
})
