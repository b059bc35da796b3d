// Servers for tests out of containers, where none is installed. A container has the host's network, the temporary folder at
// its own path, and this user: so a server in there takes the same arguments, and its files and addresses are the same.
import { execFileSync, spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const COMPOSE = ['compose', '-f', join(import.meta.dirname, '../../../docker-compose.dev.yml')]

/** Each command of a server, and the service of docker-compose.dev.yml that has it. */
const SERVICES = {
  'redis-server': 'test-redis',
  mariadbd: 'test-mariadb',
  'mariadb-install-db': 'test-mariadb',
} as const

export type ServerCommand = keyof typeof SERVICES

export function hasDocker(): boolean {
  return ['info', 'compose version'].every(
    (words) => spawnSync('docker', words.split(' '), { stdio: 'ignore' }).status === 0,
  )
}

export const pullArgs = (commands: readonly ServerCommand[]): readonly string[] => [
  ...COMPOSE,
  'pull',
  ...new Set(commands.map((command) => SERVICES[command])),
]

export function runArgs(command: ServerCommand, name: string, args: readonly string[]): readonly string[] {
  const place = ['--volume', `${tmpdir()}:${tmpdir()}`, '--user', userId()]
  const run = ['run', '--rm', '-T', '--name', name, ...place, '--entrypoint', command]
  return [...COMPOSE, ...run, SERVICES[command], ...args]
}

export function signalContainer(name: string, signal: string): void {
  execFileSync('docker', ['kill', `--signal=${signal}`, name], { stdio: 'ignore' })
}

/** The process as this machine sees it; none where docker runs in a machine of its own. */
export function containerPid(name: string): number {
  return Number(execFileSync('docker', ['inspect', '--format={{.State.Pid}}', name], { encoding: 'utf8' }))
}

function userId(): string {
  return `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`
}
