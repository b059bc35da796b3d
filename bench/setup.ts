// npm run setup:bench: brings what the benchmarks measure the hub against. Debian packages where root may install them.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { findCommand } from '../test/support/servers/server-process.ts'

const PEERS = fileURLToPath(new URL('peers/', import.meta.url))
const DEBIAN = [
  { package: 'libnginx-mod-nchan', isThere: () => existsSync('/usr/lib/nginx/modules/ngx_nchan_module.so') },
  { package: 'postfix', isThere: () => findCommand('smtp-sink') !== undefined },
]

const run = (command: string, args: readonly string[]) =>
  execFileSync(command, args, {
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })

run('npm', ['ci', '--prefix', PEERS, '--no-audit', '--no-fund'])
const missing = DEBIAN.filter(({ isThere }) => !isThere()).map((each) => each.package)
if (missing.length > 0 && process.getuid?.() === 0 && findCommand('apt-get')) {
  run('apt-get', ['update'])
  run('apt-get', ['install', '-y', '--no-install-recommends', ...missing])
} else if (missing.length > 0)
  console.log(`Install these, too, as root: apt-get install ${missing.join(' ')}`)
