import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ConfigError, likelySlips, loadConfig, SETTINGS } from '../../src/config/config.ts'

const NONE = join(tmpdir(), 'there-is-no-such-env-file')
const load = (env: Record<string, string>) => loadConfig(env, NONE)
const shared = { API_TOKEN: 'a-token-of-the-tests', SECRET: 'a-secret-of-the-tests' }

function envFile(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'hub-config-')), '.env')
  writeFileSync(file, text)
  return file
}

describe('defaults', () => {
  test('an empty environment gives the documented ones', () => {
    const config = load({})
    expect(config).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 8000,
      PUBLIC_URL: 'http://localhost:8000',
      MANDRILL_WEBHOOK_URL: ['http://localhost:8000/api/hook'],
      MANDRILL_WEBHOOK_KEYS: [],
      AUTH: 'on',
      ROLE: 'all',
      DATA_DIR: './data',
      RETRY_DELAYS: [60, 300, 1800, 7200, 21600, 86400],
      SOFT_BOUNCES: 5,
      PAUSE_BOUNCE_RATE: 0.1,
      PAUSE_COMPLAINT_RATE: 0.003,
      DOUBLE_OPT_IN: false,
      EVENT_RETENTION: 1_000_000,
      EVENT_MAX_BYTES: 2 * 2 ** 30,
      ARCHIVE_DAYS: 400,
      BODY_LIMIT: 32 * 2 ** 20,
      MAIL_FROM: { name: 'News', address: 'news@localhost' },
    })
    expect(config.MAIL_LANES.map((lane) => lane.name)).toEqual(['naver', 'google', 'default'])
    expect(config.API_TOKEN).toBeUndefined()
  })

  test('PUBLIC_URL follows PORT, and the webhook URL follows PUBLIC_URL', () => {
    expect(load({ PORT: '9001' }).MANDRILL_WEBHOOK_URL).toEqual(['http://localhost:9001/api/hook'])
    expect(load({ PUBLIC_URL: 'https://hub.example.com/' }).MANDRILL_WEBHOOK_URL).toEqual([
      'https://hub.example.com/api/hook',
    ])
  })

  test('the configuration cannot be changed', () => {
    expect(Object.isFrozen(load({}))).toBe(true)
  })
})

describe('a value that cannot be taken stops the start with one line that names it', () => {
  test.each([
    [{ PORT: 'eighty' }, /^PORT: must be a whole number/],
    [{ PORT: '70000' }, /^PORT: /],
    [{ AUTH: 'maybe' }, /^AUTH: must be on, off/],
    [{ AUTH: 'off', HOST: '0.0.0.0' }, /^AUTH: off is only for a loopback HOST/],
    [{ ROLE: 'boss' }, /^ROLE: /],
    [{ HOST: '[::1]' }, /^HOST: must be an address or a host's name, without brackets/],
    [{ HOST: 'not a host' }, /^HOST: /],
    [{ ROLE: 'worker' }, /^ROLE: worker needs REDIS_URL and DATABASE_URL/],
    [{ ROLE: 'web', ...shared, REDIS_URL: 'redis://127.0.0.1' }, /^ROLE: web needs/],
    [{ PUBLIC_URL: 'hub.example.com' }, /^PUBLIC_URL: must be a URL/],
    [{ PUBLIC_URL: 'https://hub.example.com/?a=1' }, /^PUBLIC_URL: /],
    [{ REDIS_URL: 'http://localhost' }, /^REDIS_URL: must be a URL that begins with redis:/],
    [{ REDIS_URL: 'redis://localhost' }, /^API_TOKEN: must be given with REDIS_URL/],
    [
      { DATABASE_URL: 'mysql://h/d', API_TOKEN: 'a-token-of-the-tests' },
      /^SECRET: must be given with DATABASE_URL/,
    ],
    [{ DATABASE_URL: 'postgres://h/d' }, /^DATABASE_URL: /],
    [{ SMTP_URL: 'localhost:25' }, /^SMTP_URL: /],
    [{ API_TOKEN: 'two words, sixteen' }, /^API_TOKEN: must be printable/],
    [{ API_TOKEN: 'fifteen-letters' }, /^API_TOKEN: must have at least 16 characters/],
    [{ MANDRILL_WEBHOOK_KEYS: 'a, test-webhook' }, /^MANDRILL_WEBHOOK_KEYS: "test-webhook" is not a key/],
    [{ SECRET: 'b' }, /^SECRET: must have at least 16 characters/],
    [{ TRUST_PROXY: '10.0.0.0/99' }, /^TRUST_PROXY: /],
    [{ ALLOWED_ORIGINS: 'https://a.example/path' }, /^ALLOWED_ORIGINS: /],
    [{ MANDRILL_WEBHOOK_URL: 'nowhere' }, /^MANDRILL_WEBHOOK_URL: /],
    [{ LIST_NAME: 'Hello {{name}}' }, /^LIST_NAME: must be one line/],
    [{ LIST_ADDRESS: 'Street\nTown' }, /^LIST_ADDRESS: must be one line/],
    [{ MAIL_FROM: 'nobody' }, /^MAIL_FROM: /],
    [{ MAIL_FROM: 'jürgen@example.com' }, /^MAIL_FROM: must be [^\n]*$/],
    [{ MAIL_REPLY_TO: 'jürgen@example.com' }, /^MAIL_REPLY_TO: /],
    [{ MAIL_FROM: 'A <a@b.c>\r\nBcc: x@y.z' }, /^MAIL_FROM: /],
    [{ MAIL_LANES: '[]' }, /^MAIL_LANES: /],
    [
      { MAIL_LANES: '[{"name":"a","domains":[],"connections":1,"per_second":1}]' },
      /must have the name default/,
    ],
    [{ MAIL_LANES: '[{"name":"default","connections":0,"per_second":1}]' }, /lane default: "connections"/],
    [
      { MAIL_LANES: '[{"name":"default","connections":1,"per_second":0.0009}]' },
      /lane default: "per_second" must be a number from 0.001 /,
    ],
    ...['@a.com', '*.a.com', ' a.com', 'a.com.', 'https://a.com', 'nowhere'].map(
      (domain): [Record<string, string>, RegExp] => [
        {
          MAIL_LANES: `[{"name":"default","domains":["${domain}"],"connections":1,"per_second":1}]`,
        },
        /^MAIL_LANES: lane default: ".*" is not a domain/,
      ],
    ),
    [{ RETRY_DELAYS: '60,soon' }, /^RETRY_DELAYS: /],
    [{ RETRY_DELAYS: ',' }, /^RETRY_DELAYS: is a list of nothing/],
    [{ PORT: '0' }, /^PORT: /],
    [{ DATA_DIR: '~/hub' }, /^DATA_DIR: must be a plain path/],
    [{ DATA_DIR: 'file:///srv/hub' }, /^DATA_DIR: must be a plain path/],
    [{ PUBLIC_URL: 'https:hub.example.com' }, /^PUBLIC_URL: must be a URL/],
    [{ PUBLIC_URL: 'https:///hub.example.com' }, /^PUBLIC_URL: must be a URL/],
    [{ PUBLIC_URL: 'https:\\\\hub.example.com' }, /^PUBLIC_URL: must be a URL/],
    [{ PUBLIC_URL: 'https://hub.example.com\\hub' }, /^PUBLIC_URL: must be a URL/],
    [{ PUBLIC_URL: 'https://hub.exa\nmple.com' }, /^PUBLIC_URL: must be a URL/],
    [{ PUBLIC_URL: 'https://hub.example.com/my hub' }, /^PUBLIC_URL: must be a URL/],
    [{ PUBLIC_URL: 'https://hub.example.com?' }, /^PUBLIC_URL: must be a plain URL/],
    [{ PUBLIC_URL: 'https://:word@hub.example.com' }, /^PUBLIC_URL: must be a plain URL/],
    [{ MANDRILL_WEBHOOK_URL: 'https:hub.example.com/api/hook' }, /^MANDRILL_WEBHOOK_URL: must be a URL/],
    [{ ALLOWED_ORIGINS: 'https://*.example.com' }, /^ALLOWED_ORIGINS: .* is not an origin/],
    [{ PAUSE_BOUNCE_RATE: '2' }, /^PAUSE_BOUNCE_RATE: /],
    [{ EVENT_MAX_BYTES: 'much' }, /^EVENT_MAX_BYTES: /],
    [{ DOUBLE_OPT_IN: 'perhaps' }, /^DOUBLE_OPT_IN: /],
    [{ DKIM_DOMAIN: 'example.com' }, /^DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY_FILE belong together/],
  ])('%j', (env, line) => {
    expect(() => load(env)).toThrow(ConfigError)
    expect(() => load(env)).toThrow(line)
  })

  test('no message repeats a password', () => {
    const tell = () => load({ REDIS_URL: 'http://user:hunter2@localhost' })
    expect(tell).toThrow(ConfigError)
    expect(tell).not.toThrow(/hunter2/)
  })
})

describe('what is taken', () => {
  test('sizes with and without a unit', () => {
    expect(load({ BODY_LIMIT: '1048576' }).BODY_LIMIT).toBe(2 ** 20)
    expect(load({ BODY_LIMIT: '4 MiB' }).BODY_LIMIT).toBe(4 * 2 ** 20)
  })

  test('a lane as slow as a mail in a thousand seconds', () => {
    const lanes = '[{"name":"default","connections":1,"per_second":0.001}]'
    expect(load({ MAIL_LANES: lanes }).MAIL_LANES).toMatchObject([{ perSecond: 0.001 }])
  })

  test('lists, with spaces and empty parts', () => {
    expect(load({ MANDRILL_WEBHOOK_KEYS: ' one, two,,' }).MANDRILL_WEBHOOK_KEYS).toEqual(['one', 'two'])
    expect(load({ TRUST_PROXY: '127.0.0.1, 10.0.0.0/8,::1' }).TRUST_PROXY).toEqual([
      '127.0.0.1',
      '10.0.0.0/8',
      '::1',
    ])
  })

  test('the webhook URL to the letter, with its final slash', () => {
    const MANDRILL_WEBHOOK_URL = 'https://hub.example.com/api/hook/'
    expect(load({ MANDRILL_WEBHOOK_URL }).MANDRILL_WEBHOOK_URL).toEqual([MANDRILL_WEBHOOK_URL])
  })

  test('a PUBLIC_URL as a header of a mail can hold it, and else as it is written', () => {
    const taken = (PUBLIC_URL: string) => load({ PUBLIC_URL }).PUBLIC_URL
    expect(taken('https://허브.한국/news/')).toBe('https://xn--ov3b174b.xn--3e0b707e/news')
    expect(taken('HTTPS://Hub.example.com:443/')).toBe('https://Hub.example.com:443')
  })

  test('a domain of a lane in either spelling of its letters', () => {
    const lanes = (domain: string) =>
      `[{"name":"default","domains":["${domain}"],"connections":1,"per_second":1}]`
    for (const domain of ['네이버.한국', 'XN--950BT9S8XI.xn--3e0b707e'])
      expect(load({ MAIL_LANES: lanes(domain) }).MAIL_LANES).toMatchObject([
        { domains: ['xn--950bt9s8xi.xn--3e0b707e'] },
      ])
  })

  test('AUTH=off on every spelling of the loopback', () => {
    for (const HOST of ['localhost', '127.0.0.1', '127.1.2.3', '::1'])
      expect(load({ AUTH: 'off', HOST }).AUTH).toBe('off')
  })
})

describe('.env', () => {
  test('is read, and the environment goes before it', () => {
    const file = envFile('PORT=9100\nLOG_LEVEL=warn\n')
    expect(loadConfig({ PORT: '9200' }, file)).toMatchObject({ PORT: 9200, LOG_LEVEL: 'warn' })
  })

  test('a name that is no setting stops the start', () => {
    expect(() => loadConfig({}, envFile('PROT=9100\n'))).toThrow(/PROT is not a setting/)
  })

  test('is read with the marks that editors leave, and with values of several lines', () => {
    const lanes = `MAIL_LANES='[\n{"name":"default","connections":1,"per_second":2}\n]' # slowly`
    const text = `\ufeff# ours\r\n\r\n  export PORT = 9100 # here\r\nLIST_NAME=Ann's "News"\r\nSECRET=\r\n${lanes}`
    expect(loadConfig({}, envFile(text))).toMatchObject({
      PORT: 9100,
      LIST_NAME: 'Ann\'s "News"',
      MAIL_LANES: [{ perSecond: 2 }],
    })
  })

  test.each([
    ['PORT=9100\nHOST 127.0.0.1\n', 'line 2 is neither NAME=value nor a comment'],
    ['# ours\n\nPORT: 9100', 'line 3 is neither NAME=value nor a comment'],
    ['MAIL_LANES=[\n{"name":"default"}\n]', 'line 2 is neither NAME=value nor a comment'],
    ['=9100', 'line 1 is neither NAME=value nor a comment'],
    ['LIST_NAME="News\nPORT=9100', 'line 1 has a quote that is never closed'],
    ['MAIL_FROM="News, daily" <news@example.com>', 'line 1 goes on after the closing quote'],
    ['PORT=9100\r\nLIST_NAME="The \\"News\\""', 'line 2 goes on after the closing quote'],
    ['API_TOKEN=sixteen-letters-and#more', 'line 1 has a # in its value: write the value in quotes'],
    ['PORT=9100\n\nAPI_TOKEN=#sixteen-letters', 'line 3 has a # in its value: write the value in quotes'],
  ])('%j stops the start: %s', (text, line) => {
    expect(() => loadConfig({}, envFile(text))).toThrow(new RegExp(`\\.env: ${line}`))
  })

  test('a mark before the first name does not belong to it', () => {
    expect(loadConfig({}, envFile('\ufeffPORT=9100\n'))).toMatchObject({ PORT: 9100 })
  })

  test.each([
    ['Café', 'utf16le'],
    ['Cafe', 'utf16le'],
    ['Café', 'latin1'],
  ] as const)('%s in %s stops the start', (name, encoding) => {
    const file = envFile('')
    writeFileSync(file, Buffer.from(`LIST_NAME=${name}\n`, encoding))
    expect(() => loadConfig({}, file)).toThrow(/is not written in UTF-8/)
  })

  test('.env.example names every setting with its default, and no other', () => {
    const example = readFileSync(join(import.meta.dirname, '../..', '.env.example'), 'utf8')
    const shown = parseEnv(example.replaceAll(/^# ?(?=[A-Z_]+=)/gm, ''))
    expect(shown).toEqual(
      Object.fromEntries(Object.entries(SETTINGS).map(([name, { default: text }]) => [name, text])),
    )
  })

  test('.env.example itself is a configuration that starts', () => {
    expect(() => loadConfig({}, join(import.meta.dirname, '../..', '.env.example'))).not.toThrow()
  })
})

describe('a name that is a slip of the pen', () => {
  test.for([
    ['API_TOKNE', 'API_TOKEN'],
    ['REDIS_URl', 'REDIS_URL'],
    ['redis_url', 'REDIS_URL'],
    ['REDISURL', 'REDIS_URL'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['MANDRILL_WEBHOOK_KEY', 'MANDRILL_WEBHOOK_KEYS'],
    ['MANDRILL_WEBHOOK_URLS', 'MANDRILL_WEBHOOK_URL'],
    ['SECERT', 'SECRET'],
    ['SECRETS', 'SECRET'],
    ['PUBLICURL', 'PUBLIC_URL'],
    ['MAIL_FORM', 'MAIL_FROM'],
    ['TRUST_PROXIES', undefined],
    ['TRUST_PROXYS', 'TRUST_PROXY'],
    ['PROT', 'PORT'],
    ['HOSTS', 'HOST'],
    ['AUT', 'AUTH'],
    ['RULE', 'ROLE'],
    ['SORT', undefined],
  ] as const)('%s was meant to be %s', ([name, meant]) => {
    expect(likelySlips({ [name]: 'x' })).toEqual(meant ? [{ name, meant }] : [])
  })

  test('is found in no ordinary environment', () => {
    const ordinary =
      'HOME PATH PORT HOSTNAME HOST SHELL TERM USER LOGNAME LANG LC_ALL PWD OLDPWD TZ EDITOR PAGER MAIL DISPLAY ' +
      'COLORTERM SHLVL _ http_proxy HTTPS_PROXY NO_PROXY NODE_ENV NODE_OPTIONS INIT_CWD npm_lifecycle_event LOG ' +
      'POSTGRES_URL MYSQL_URL SMTP_HOST SMTP_PORT SMTP_USER MAILTO KUBERNETES_PORT REDIS_PORT REDIS_HOST DATA ' +
      'INVOCATION_ID JOURNAL_STREAM TMPDIR SSH_TTY SSH_AUTH_SOCK XDG_DATA_DIRS AUTHOR CI GITHUB_TOKEN NPM_TOKEN DEBUG'
    const env = Object.fromEntries(ordinary.split(' ').map((name) => [name, 'x']))
    expect(likelySlips(env)).toEqual([])
  })
})
