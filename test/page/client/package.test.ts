// The client as a package: packed, installed elsewhere, run in Node and checked by TypeScript.
import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
let dir: string
let hub: TestHub

beforeAll(async () => {
  hub = await startHub()
  dir = await mkdtemp(join(tmpdir(), 'hub-client-'))
  // A copy of the two folders: packing leaves nothing in the repository, however it ends.
  await cp(join(ROOT, 'client'), join(dir, 'source/client'), { recursive: true })
  await cp(join(ROOT, 'public'), join(dir, 'source/public'), { recursive: true })
  await run('npm', ['pack', '--pack-destination', dir], { cwd: join(dir, 'source/client') })
  await writeFile(join(dir, 'package.json'), '{"private":true,"type":"module"}')
  const packed = './mail-event-hub-client-0.1.0.tgz'
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', packed], { cwd: dir })
})
afterAll(async () => {
  await hub?.close()
  if (dir) await rm(dir, { recursive: true, force: true })
})

const PROGRAM = `
import { connect } from 'mail-event-hub-client'

const connection = connect({
  url: process.argv[2] ?? '',
  token: process.argv[3] ?? '',
  after: '0',
  events: ['opened'],
  onEvent({ kind, data }) {
    console.log(kind, JSON.stringify(data))
    connection.close()
  },
})
`

test('follows a hub from Node', async () => {
  await hub.post([{ event: 'open', _id: 'packed' }])
  await writeFile(join(dir, 'program.js'), PROGRAM)
  const { stdout } = await run(process.execPath, ['program.js', `http://${hub.address}`, TOKEN], { cwd: dir })
  expect(stdout).toBe('opened {"event":"open","_id":"packed"}\n')
})

test('has types', async () => {
  await writeFile(join(dir, 'right.ts'), PROGRAM)
  await writeFile(join(dir, 'wrong.ts'), PROGRAM.replace("['opened']", '7'))
  const check = (file: string) =>
    run(
      process.execPath,
      [
        join(ROOT, 'node_modules/typescript/bin/tsc'),
        '--noEmit',
        '--strict',
        '--module',
        'nodenext',
        '--lib',
        'esnext,dom',
        '--types',
        'node',
        '--typeRoots',
        join(ROOT, 'node_modules/@types'),
        file,
      ],
      { cwd: dir },
    )
  await check('right.ts')
  await expect(check('wrong.ts')).rejects.toMatchObject({ stdout: expect.stringContaining('wrong.ts') })
})
