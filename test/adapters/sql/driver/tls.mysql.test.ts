// DATABASE_URL's TLS against a real server: with a certificate of an authority, and with one that somebody in between made.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMysql } from '../../../../src/adapters/sql/driver/mysql/mysql.ts'
import { readMysqlUrl } from '../../../../src/adapters/sql/driver/mysql/url.ts'
import { silentLog } from '../../../support/events/feed-lab.ts'
import { run, startMariaDb, type MariaDb } from '../../../support/servers/mariadb.ts'

let dir: string
let server: MariaDb
let neighbour: MariaDb
let impostor: MariaDb

const at = (name: string) => join(dir, name)
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' })
const NEW_KEY = ['-newkey', 'rsa:2048', '-nodes', '-batch']

function found(authority: string): void {
  const files = ['-keyout', `${authority}.key`, '-out', `${authority}.pem`]
  openssl('req', '-x509', ...NEW_KEY, '-days', '2', '-subj', `/CN=${authority}`, ...files)
}

function certify(name: string, authority: string, host: string): void {
  const files = ['-keyout', `${name}.key`, '-out', `${name}.csr`]
  openssl('req', ...NEW_KEY, '-subj', `/CN=${host}`, ...files)
  writeFileSync(at('names'), `subjectAltName=DNS:${host}`)
  const by = ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial']
  const what = ['-in', `${name}.csr`, '-extfile', 'names', '-days', '2', '-out', `${name}.pem`]
  openssl('x509', '-req', ...by, ...what)
}

const secured = (name: string) =>
  startMariaDb([`--ssl-cert=${at(`${name}.pem`)}`, `--ssl-key=${at(`${name}.key`)}`])

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'hub-tls-'))
  for (const authority of ['authority', 'nobody']) found(authority)
  certify('server', 'authority', 'localhost')
  certify('neighbour', 'authority', 'neighbour.example.com')
  certify('impostor', 'nobody', 'localhost')
  server = await secured('server')
  neighbour = await secured('neighbour')
  impostor = await secured('impostor')
  for (const { database, url } of [server, neighbour, impostor]) {
    await database()
    await run(url(''), `CREATE USER hub@'%' IDENTIFIED BY 'hub' REQUIRE SSL`)
    await run(url(''), `GRANT ALL ON *.* TO hub@'%'`)
  }
})
afterAll(async () => {
  await server?.close()
  await neighbour?.close()
  await impostor?.close()
  rmSync(dir, { recursive: true, force: true })
})

/** Whoever of REQUIRE SSL gets in has come by TLS. */
async function enter({ url }: MariaDb, options: string): Promise<void> {
  const address = url('test_1').replace('root@', 'hub:hub@').replace('127.0.0.1', 'localhost')
  const sql = await openMysql({ url: `${address}${options}`, log: silentLog })
  try {
    await sql.ping()
  } finally {
    await sql.close()
  }
}

const ca = () => `ssl-ca=${at('authority.pem')}`

test.for([
  () => '?ssl-mode=REQUIRED',
  () => '?sslmode=require',
  () => '?tls=true',
  () => `?${ca()}`,
  () => `?ssl-mode=VERIFY_CA&${ca()}`,
  () => `?sslmode=verify-full&${ca()}`,
  () => `?ssl-mode=VERIFY_IDENTITY&${ca()}`,
])('goes by TLS where it is asked for (%#)', (options) => enter(server, options()))

test.for(['', '?ssl-mode=DISABLED', '?tls=false'])('goes in plain text with "%s"', async (options) => {
  await expect(enter(server, options)).rejects.toThrow('Access denied')
})

test.for([
  () => `?ssl-mode=VERIFY_CA&${ca()}`,
  () => `?ssl-mode=VERIFY_IDENTITY&${ca()}`,
  () => `?tls=true&${ca()}`,
  () => '?ssl-mode=VERIFY_CA',
  () => '?ssl-mode=VERIFY_IDENTITY',
])('refuses who stands in between, at once (%#)', async (options) => {
  await expect(enter(impostor, options())).rejects.toThrow(/certificate/)
})

test('asks for the name only where it is to count', async () => {
  await enter(neighbour, `?ssl-mode=VERIFY_CA&${ca()}`)
  const entered = enter(neighbour, `?ssl-mode=VERIFY_IDENTITY&${ca()}`)
  await expect(entered).rejects.toThrow(/does not match certificate/)
})

test.for([
  ['?ssl-mode=PREFERRED', 'ssl-mode must be DISABLED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY, not "PREFERRED"'],
  ['?sslmode=prefer', 'sslmode must be disable, require, verify-ca, verify-full, not "prefer"'],
  ['?useSSL=true', 'there is no option "useSSL"'],
  ['?multipleStatements=true', 'there is no option "multipleStatements"'],
  ['?ssl={"rejectUnauthorized":false}', 'there is no option "ssl"'],
  ['?ssl-mode=REQUIRED&tls=false', 'its options want TLS in two ways'],
  ['?ssl-mode=DISABLED&ssl-ca=/etc/ca.pem', 'ssl-ca does nothing without TLS'],
  ['?ssl-ca=/nonexistent/ca.pem', 'ssl-ca: ENOENT'],
  [`?ssl-ca=${import.meta.filename}`, 'holds no certificate in PEM'],
  ['?ssl-mode=VERIFY_IDENTITY', 'write the name, not an address'],
])('%s is no way in', ([options, message]) => {
  expect(() => readMysqlUrl(`mysql://hub:hub@127.0.0.1/hub${options}`)).toThrow(message)
})

test('user, password and name may hold any character, URL-encoded', () => {
  expect(readMysqlUrl('mysql://h%40b:p%2Fw%3A%25@db.example/a%20b')).toMatchObject({
    user: 'h@b',
    password: 'p/w:%',
    database: 'a b',
  })
})
