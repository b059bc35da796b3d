// Servers for tests out of containers: what is asked of docker. That docker then does so needs an engine: `npm run setup`
// tries it, by starting and ending each server the way a test does.
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { pullArgs, runArgs } from './support/servers/containers.ts'

const file = expect.stringMatching(/docker-compose\.dev\.yml$/)
const services = pullArgs(['redis-server', 'mariadbd', 'mariadb-install-db']).slice(4)

test('a server in a container has the arguments and the files of an installed one', () => {
  const args = ['--port', '7001', '--bind', '127.0.0.1', '--dir', `${tmpdir()}/hub-redis-1`]
  const user = `${process.getuid?.()}:${process.getgid?.()}`
  const run = ['compose', '-f', file, 'run', '--rm', '-T', '--name', 'hub-test-1']
  const place = ['--volume', `${tmpdir()}:${tmpdir()}`, '--user', user]
  const server = ['--entrypoint', 'redis-server', 'test-redis', ...args]
  expect(runArgs('redis-server', 'hub-test-1', args)).toEqual([...run, ...place, ...server])
  expect(runArgs('mariadbd', 'hub-test-2', ['--no-defaults'])).toEqual(
    expect.arrayContaining(['mariadbd', 'test-mariadb', '--no-defaults']),
  )
})

test('each image is pulled once', () => expect(services).toEqual(['test-redis', 'test-mariadb']))

test.each(services)(
  '%s has the addresses of this machine, and does not come up with the others',
  (service) => {
    const compose = readFileSync(runArgs('mariadbd', '', [])[2] ?? '', 'utf8')
    const [, settings] = new RegExp(`\n  ${service}:\n((?: {4}.*\n)+)`).exec(compose) ?? []
    expect(settings).toMatch(/^ {4}network_mode: host$/m)
    expect(settings).toMatch(/^ {4}profiles: \[tests\]$/m)
  },
)
