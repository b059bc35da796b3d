// A real MariaDB for tests: its own directory and port, and everything that can happen to a server.
import { rmSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { end, freePort, launch, runCommand, untilReady, type ServerProcess } from './server-process.ts'

const START_MS = 300_000
const SMALL = ['--innodb-log-file-size=64M', '--innodb-buffer-pool-size=128M']

export type MariaDb = Awaited<ReturnType<typeof startMariaDb>>

export async function startMariaDb(settings: readonly string[] = []) {
  const folder = await mkdtemp(join(tmpdir(), 'mariadb-'))
  const port = await freePort()
  const network = [`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(folder, 's')}`]
  await cp(dataOf(await (installed ??= install())), dataOf(folder), { recursive: true })

  let server: ServerProcess
  let databases = 0
  const url = (database: string) => `mysql://root@127.0.0.1:${port}/${database}`

  async function start(): Promise<void> {
    server = launch('mariadbd', [...placeOf(folder), ...SMALL, ...network, ...settings])
    await untilReady(server, () => run(url(''), 'SELECT 1'), START_MS)
  }

  await start()
  return {
    url,
    /** A fresh and empty database; its URL. */
    async database(): Promise<string> {
      const name = `test_${(databases += 1)}`
      await run(url(''), `CREATE DATABASE ${name}`)
      return url(name)
    },
    start: async () => void (server.isRunning() || (await start())),
    stop: () => end(server, 'TERM'),
    kill: () => end(server, 'KILL'),
    pause: () => server.signal('STOP'),
    resume: () => server.signal('CONT'),
    async close(): Promise<void> {
      await end(server, 'KILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

let installed: Promise<string> | undefined

/** What each server begins with. To make it takes three times as long as to start one, so a process does it once. */
async function install(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mariadb-installed-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const options = ['--auth-root-authentication-method=normal', '--skip-test-db']
  await runCommand('mariadb-install-db', [...placeOf(folder), ...SMALL, ...options])
  return folder
}

const dataOf = (folder: string): string => join(folder, 'data')

function placeOf(folder: string): string[] {
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []
  return ['--no-defaults', ...asRoot, `--datadir=${dataOf(folder)}`, `--tmpdir=${folder}`]
}

/** Runs one statement on a connection of its own. */
export async function run(url: string, statement: string): Promise<unknown> {
  const connection = await createConnection(url)
  try {
    const [rows] = await connection.query(statement)
    return rows
  } finally {
    await connection.end()
  }
}
