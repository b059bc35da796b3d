// `npm run setup`: brings what the tests need beside npm packages. With apt as root on Debian or Ubuntu, else with
// docker compose (Redis and MariaDB), and what is missing then is named. What is there already is left alone.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { hasDocker, pullArgs, type ServerCommand } from './servers/containers.ts'
import { startMariaDb } from './servers/mariadb.ts'
import { startRedis } from './servers/redis.ts'
import { BROWSERS } from './page/launch.ts'
import { findCommand } from './servers/server-process.ts'

type Need = {
  readonly name: string
  /** One of these commands, or this folder, shows that it is there. */
  readonly commands?: readonly string[]
  readonly folder?: string
  /** Debian's name of it; where there are several, the first that can be had will do. */
  readonly packages: readonly string[]
  /** A server that tests can also run out of a container. */
  readonly server?: ServerCommand
}

const NEEDS: readonly Need[] = [
  { name: 'Redis 7', commands: ['redis-server'], packages: ['redis-server'], server: 'redis-server' },
  { name: 'MariaDB 10.6', commands: ['mariadbd'], packages: ['mariadb-server'], server: 'mariadbd' },
  { name: 'Chromium', commands: BROWSERS, packages: ['chromium-headless-shell', 'chromium'] },
  { name: 'nginx', commands: ['nginx'], packages: ['nginx-light'] },
  // What the commands of docs/backup.md use.
  { name: 'the tools of Redis', commands: ['redis-cli'], packages: ['redis-tools'] },
  { name: 'the tools of MariaDB', commands: ['mariadb-dump'], packages: ['mariadb-client'] },
  { name: 'OpenSSL', commands: ['openssl'], packages: ['openssl'] },
  { name: 'curl', commands: ['curl'], packages: ['curl'] },
  { name: 'Korean fonts', folder: '/usr/share/fonts/truetype/nanum', packages: ['fonts-nanum'] },
]

const isMissing = ({ commands = [], folder }: Need): boolean =>
  !commands.some(findCommand) && (folder === undefined || !existsSync(folder))

const missing = (): Need[] => NEEDS.filter(isMissing)

function installWithApt(needs: readonly Need[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args: string[]): void => {
    if (spawnSync('apt-get', args, { env, stdio: 'inherit' }).status !== 0) process.exitCode = 1
  }
  apt('update', '-qq')
  // One by one: what one distribution lacks must not keep the rest away.
  for (const need of needs)
    for (const name of need.packages)
      if (isMissing(need)) apt('install', '-y', '-qq', '--no-install-recommends', name)
}

/** The images, and a start and an end of each server as a test does it: gives what is missing still. */
async function bringWithDocker(needs: readonly Need[]): Promise<readonly Need[]> {
  const servers = needs.flatMap(({ server }) => server ?? [])
  if (servers.length === 0) return needs
  execFileSync('docker', pullArgs(servers), { stdio: 'inherit' })
  if (servers.includes('redis-server')) await (await startRedis()).close()
  if (servers.includes('mariadbd')) await (await startMariaDb()).close()
  return needs.filter(({ server }) => server === undefined)
}

async function bring(needs: readonly Need[]): Promise<readonly Need[]> {
  if (process.getuid?.() === 0 && findCommand('apt-get')) {
    installWithApt(needs)
    return missing()
  }
  return hasDocker() ? bringWithDocker(needs) : needs
}

const lacking = missing()
const left = lacking.length > 0 ? await bring(lacking) : []
if (left.length > 0) {
  console.error(`Please install, then run the tests: ${left.map(({ name }) => name).join(', ')}`)
  console.error(
    `On Debian or Ubuntu: apt-get install ${left.flatMap(({ packages }) => packages.slice(-1)).join(' ')}`,
  )
  process.exitCode = 1
} else {
  process.exitCode = 0
  console.log('Everything that the tests need is there.')
}
