// /doc/json is fit to generate a client from: one is generated, a program that uses it is type-checked, and run against the hub.
import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'

const ROOT = join(import.meta.dirname, '../../..')
const GENERATOR = join(ROOT, 'test/generator')
const TSC = join(ROOT, 'node_modules/.bin/tsc')
const CHECK = '--noEmit --strict --target es2024 --module nodenext --allowImportingTsExtensions --types node'

let hub: TestHub
let dir: string
beforeAll(async () => {
  hub = await startHub()
  dir = await mkdtemp(join(tmpdir(), 'hub-generated-'))
})
afterAll(async () => {
  await hub?.close()
  await rm(dir, { recursive: true, force: true })
})

/** What it printed; rejects with that when it fails. */
async function run(file: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { PATH = '' } = process.env
  const running = promisify(execFile)(file, args, { cwd: dir, env: { PATH, ...env } })
  const { stdout } = await running.catch((error: { stdout: string; stderr: string }) => {
    throw new Error(error.stdout + error.stderr)
  })
  return stdout
}

test('a generated client fits the hub, in types and at work', async () => {
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'))
  await writeFile(join(dir, 'package.json'), '{ "type": "module" }')
  await cp(join(GENERATOR, 'program.ts'), join(dir, 'program.ts'))
  await hub.post([{ event: 'open', ts: 1777890030, _id: '7d1c3f0b9a2e4c5d8e6f' }])

  const generator = join(GENERATOR, 'node_modules/.bin/openapi-typescript')
  await run(generator, [`http://${hub.address}/doc/json`, '-o', 'hub.ts'])
  await run(TSC, [...CHECK.split(' '), 'program.ts'])
  const printed = await run(process.execPath, ['program.ts'], { HUB: `http://${hub.address}`, TOKEN })
  expect(JSON.parse(printed)).toEqual({
    mailable: ['ben@example.com'],
    gone: 'subscriber.not_found',
    requestId: 'string',
    opened: ['opened'],
    campaign: 'draft',
  })
})
