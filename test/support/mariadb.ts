// A real MariaDB for tests: its own directory and port, and everything that can happen to a server.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'

const START_MS = 60_000
// Debian keeps servers where only root's PATH looks.
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']

export type MariaDb = Awaited<ReturnType<typeof startMariaDb>>

export async function startMariaDb(settings: readonly string[] = []) {
  const folder = await mkdtemp(join(tmpdir(), 'mariadb-'))
  const port = await freePort()
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []
  const place = ['--no-defaults', ...asRoot, `--datadir=${join(folder, 'data')}`, `--tmpdir=${folder}`]
  const small = ['--innodb-log-file-size=64M', '--innodb-buffer-pool-size=128M']
  const network = [`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(folder, 's')}`]
  const install = ['--auth-root-authentication-method=normal', '--skip-test-db']
  await promisify(execFile)(find('mariadb-install-db'), [...place, ...small, ...install])

  let server: ChildProcess
  let databases = 0
  const url = (database: string) => `mysql://root@127.0.0.1:${port}/${database}`

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill('SIGCONT')
    server.kill(signal)
    await ended
  }
  async function start(): Promise<void> {
    server = spawn(find('mariadbd'), [...place, ...small, ...network, ...settings], { stdio: 'ignore' })
    process.once('exit', () => server.kill('SIGKILL'))
    await untilReady(url(''), server)
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
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    pause: () => server.kill('SIGSTOP'),
    resume: () => server.kill('SIGCONT'),
    async close(): Promise<void> {
      await end('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
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

function find(command: string): string {
  const path = FOLDERS.map((folder) => join(folder, command)).find(existsSync)
  if (!path) throw new Error(`${command} is not installed: npm run setup brings it`)
  return path
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  for (const end = Date.now() + START_MS; ;) {
    try {
      await run(url, 'SELECT 1')
      return
    } catch (error) {
      if (server.exitCode !== null || Date.now() > end)
        throw new Error('MariaDB does not start', { cause: error })
      await pause(50)
    }
  }
}
