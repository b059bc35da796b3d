// `npm run setup`: brings what the tests need beside npm packages. With apt as root on Debian or Ubuntu, else with
// docker compose, and what is missing then is named. What is there already is left alone.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findCommand, hasDocker } from './server-process.ts'

type Need = {
  readonly name: string
  /** One of these commands, or this folder, shows that it is there. */
  readonly commands?: readonly string[]
  readonly folder?: string
  /** Debian's name of it. */
  readonly packages: readonly string[]
  /** Its service in docker-compose.dev.yml. */
  readonly service?: string
}

const NEEDS: readonly Need[] = [
  { name: 'Redis 7', commands: ['redis-server'], packages: ['redis-server'], service: 'redis' },
  { name: 'MariaDB 10.6', commands: ['mariadbd'], packages: ['mariadb-server'], service: 'mysql' },
  { name: 'Chromium', commands: ['chromium', 'chromium-browser', 'google-chrome'], packages: ['chromium'] },
  { name: 'nginx', commands: ['nginx'], packages: ['nginx-light'] },
  // What the commands of docs/backup.md use.
  { name: 'the tools of Redis', commands: ['redis-cli'], packages: ['redis-tools'] },
  { name: 'the tools of MariaDB', commands: ['mariadb-dump'], packages: ['mariadb-client'] },
  { name: 'OpenSSL', commands: ['openssl'], packages: ['openssl'] },
  { name: 'curl', commands: ['curl'], packages: ['curl'] },
  { name: 'Korean fonts', folder: '/usr/share/fonts/truetype/nanum', packages: ['fonts-nanum'] },
]

const COMPOSE_FILE = join(import.meta.dirname, '../../docker-compose.dev.yml')

function missing(): Need[] {
  const isThere = ({ commands = [], folder }: Need): boolean =>
    commands.some(findCommand) || (folder !== undefined && existsSync(folder))
  return NEEDS.filter((need) => !isThere(need))
}

function installWithApt(needs: readonly Need[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args: string[]): void => {
    if (spawnSync('apt-get', args, { env, stdio: 'inherit' }).status !== 0) process.exitCode = 1
  }
  apt('update', '-qq')
  // One by one: what one distribution lacks must not keep the rest away.
  for (const { packages } of needs) apt('install', '-y', '-qq', '--no-install-recommends', ...packages)
}

function startWithDocker(needs: readonly Need[]): Need[] {
  const services = needs.flatMap(({ service }) => service ?? [])
  const compose = ['compose', '-f', COMPOSE_FILE, 'up', '-d', '--wait', ...services]
  if (services.length > 0) execFileSync('docker', compose, { stdio: 'inherit' })
  return needs.filter(({ service }) => service === undefined)
}

function bring(needs: readonly Need[]): readonly Need[] {
  if (process.getuid?.() === 0 && findCommand('apt-get')) {
    installWithApt(needs)
    return missing()
  }
  return hasDocker() ? startWithDocker(needs) : needs
}

const lacking = missing()
const left = lacking.length > 0 ? bring(lacking) : []
if (left.length > 0) {
  console.error(`Please install, then run the tests: ${left.map(({ name }) => name).join(', ')}`)
  console.error(`On Debian or Ubuntu: apt-get install ${left.flatMap(({ packages }) => packages).join(' ')}`)
  process.exitCode = 1
} else {
  process.exitCode = 0
  console.log('Everything that the tests need is there.')
}
