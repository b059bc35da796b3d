// The list in and out as CSV files.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startListApp, TOKEN, type ListApp } from '../../support/list/list-app.ts'
import { makeReaders, makeSuppression } from '../../support/list/list-lab.ts'
import { NOON } from '../../support/times.ts'

let app: ListApp
beforeAll(async () => void (app = await startListApp()))
beforeEach(() => app.wipe())
afterAll(() => app?.close())

const upload = (payload: string | Buffer, query = '', type = 'text/csv') =>
  app.call({
    method: 'POST',
    url: `/subscribe/import${query}`,
    headers: { authorization: TOKEN, 'content-type': type },
    payload,
  })
const download = (url = '/subscribe') =>
  app.call({ method: 'GET', url, headers: { authorization: TOKEN, accept: 'text/csv' } })
const subscribers = async () =>
  (await app.list.find({ limit: 1000 })).map(({ email, name }) => [email, name] as const)
const counts = (added: number, updated = 0, skipped = 0, error_count = 0) => ({
  added,
  updated,
  skipped,
  error_count,
})

describe('import', () => {
  test('is 200 with what it did', async () => {
    await app.post('/subscribe', { email: 'b@example.com', name: 'Bob' })
    await app.post('/subscribe', { email: 'c@example.com', name: 'Cy' })
    const answer = await upload(
      'email,name\na@example.com,Ann\nB@example.com,Robert\nc@example.com,Cy\nx,X\n',
    )
    expect(answer).toMatchObject({ status: 200, body: counts(1, 1, 1, 1) })
    expect(answer.body.errors).toEqual([
      { line: 5, message: expect.stringMatching(/^email must contain exactly one @: "x"$/) },
    ])
    expect(await subscribers()).toEqual([
      ['b@example.com', 'Robert'],
      ['c@example.com', 'Cy'],
      ['a@example.com', 'Ann'],
    ])
  })

  test.each([
    ['a header in any order, with other columns', 'id,NAME,"E-Mail",x\n1,Ann,a@example.com,y'],
    ['no header', 'a@example.com,Ann'],
    ['a byte order mark and CRLF', '\ufeffemail,name\r\na@example.com,Ann\r\n'],
    [
      'quotes, and a line end in a column that nobody reads',
      'email,note,name\n"a@example.com","x\n""y""",Ann\n',
    ],
    ['semicolons', 'email;name\na@example.com;Ann\n'],
    ['tabs', 'email\tname\na@example.com\tAnn\n'],
    ['spaces around', 'email , name\n a@example.com , "Ann"  \n'],
    ['empty lines', '\n\nemail,name\n\n,\na@example.com,Ann\n\n'.replace(',\na', '\na')],
    ['first and last name', 'First Name,Last Name,Email Address\nAnn,,a@example.com\n'],
    ['lines that end as on an old Mac', 'email,name\ra@example.com,Ann\r'],
    [
      'the apostrophe that keeps a spreadsheet from calculating',
      "email,name\na@example.com,Ann\n'+b@example.com,'=1+1",
    ],
  ])('reads a file with %s', async (_, text) => {
    expect((await upload(text)).body).toMatchObject({ errors: [] })
    expect((await subscribers())[0]).toEqual(['a@example.com', 'Ann'])
    if (text.includes("'=")) expect((await subscribers())[1]).toEqual(['+b@example.com', '=1+1'])
  })

  test('reads another encoding where the content type tells it', async () => {
    await upload(Buffer.from('a@example.com,J\xfcrgen', 'latin1'), '', 'text/csv; charset=iso-8859-1')
    expect(await subscribers()).toEqual([['a@example.com', 'Jürgen']])
    expect((await upload('x', '', 'text/csv; charset=nonsense')).status).toBe(415)
  })

  test('tells a line that is in no encoding it was said to be in', async () => {
    const { body } = await upload(Buffer.from('a@example.com,J\xfcrgen\nb@example.com,Bo', 'latin1'))
    expect(body).toMatchObject({
      added: 1,
      errors: [{ line: 1, message: expect.stringMatching(/not UTF-8/) }],
    })
    expect(await subscribers()).toEqual([['b@example.com', 'Bo']])
  })

  test('does not take a title or an answer that it cannot decode for a yes', async () => {
    const file = (title: string, said: string) =>
      Buffer.from(`Email,${title}\nann@example.com,${said}`, 'latin1')
    expect(await upload(file('Acc\xe8s', 'non'))).toMatchObject({
      body: { added: 0, errors: [{ line: 2, message: expect.stringMatching(/^The header is not UTF-8/) }] },
    })
    expect(await upload(file('Newsletter', 'n\xe3o'))).toMatchObject({
      body: { added: 0, errors: [{ line: 2, message: expect.stringMatching(/is not understood/) }] },
    })
  })

  test('tells each bad line and takes all others', async () => {
    const text = [
      'email,name',
      'a@example.com,Ann',
      'b@@example.com,Bob',
      'c@example.com,"Cy',
      `d@example.com,${'x'.repeat(201)}`,
      '"e@example.com"x,E',
      ',nobody',
      'f@example.com,F\u0000',
      'g@example.com,G',
      '"h@example.com,H',
      'i@example.com,I',
    ].join('\n')
    const { body } = await upload(text)
    expect(body).toMatchObject(counts(3, 0, 0, 7))
    expect(body.errors.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7, 8, 10])
    expect((await subscribers()).map(([email]) => email)).toEqual([
      'a@example.com',
      'g@example.com',
      'i@example.com',
    ])
  })

  test.each([
    ['a header', 'email,name\n', 2],
    ['the top', '', 1],
  ])('tells a line right under %s that is broken', async (_, head, line) => {
    const { body } = await upload(`${head}a@example.com,"open\nb@example.com,Bo\n`)
    expect(body).toMatchObject({ added: 1, error_count: 1, errors: [{ line }] })
  })

  test('tells a thousand bad lines, and how many there are', async () => {
    const { body } = await upload(`email\n${'x\n'.repeat(1500)}a@example.com\n`)
    expect(body).toMatchObject(counts(1, 0, 0, 1500))
    expect(body.errors).toHaveLength(1000)
  })

  test('counts what the file names twice as skipped, wherever it does', async () => {
    const rows = makeReaders(1, 2500).map(({ email }) => email)
    const text = ['email,name', ...rows, ...rows.map((email) => `${email.toUpperCase()},Other`)].join('\n')
    expect((await upload(text, '?dry_run')).body).toMatchObject(counts(2500, 0, 2500))
    expect((await upload(text)).body).toMatchObject(counts(2500, 0, 2500))
    expect(await app.list.count({ q: 'other' })).toBe(0)
  })

  test.each(['?dry_run', '?dry_run=true', '?dry_run=1'])('%s changes nothing', async (query) => {
    await app.post('/subscribe', { email: 'b@example.com', name: 'Bob' })
    expect((await upload('a@example.com\nb@example.com,Robert', query)).body).toMatchObject(counts(1, 1))
    expect(await subscribers()).toEqual([['b@example.com', 'Bob']])
  })

  test('?dry_run=false is no dry run, ?dry_run=maybe is 400', async () => {
    expect((await upload('a@example.com', '?dry_run=false')).status).toBe(200)
    expect(await subscribers()).toHaveLength(1)
    expect((await upload('a@example.com', '?dry_run=maybe')).status).toBe(400)
  })

  test('any other parameter is ignored, as of all POSTs', async () => {
    expect((await upload('a@example.com', '?utm_source=x&charset=utf-8')).status).toBe(200)
    expect(await subscribers()).toHaveLength(1)
  })

  test.each(['dryrun', 'dry-run=true', 'Dry_Run'])('?%s is 400', async (query) => {
    const { status, body } = await upload('a@example.com', `?${query}`)
    expect([status, body.error?.message]).toEqual([400, expect.stringContaining('known are: dry_run')])
    expect(await subscribers()).toEqual([])
  })

  test('a form with a field dry_run before the file is 400: it is no dry run', async () => {
    const form = new FormData()
    form.set('csrf', 'x')
    form.set('dry_run', '1')
    form.set('file', new Blob(['a@example.com']), 'people.csv')
    const encoded = new Response(form)
    const type = encoded.headers.get('content-type') ?? ''
    const { status, body } = await upload(await encoded.text(), '', type)
    expect([status, body.error?.message]).toEqual([400, expect.stringContaining('?dry_run')])
    expect(await subscribers()).toEqual([])
  })

  test('never brings back who left, bounced or complained', async () => {
    await app.list.import(makeReaders(1, 2), NOON, false)
    await app.patch('/subscribe', { email: 'reader-1@example.com' })
    const [, second] = await app.list.find({ limit: 2 })
    await app.list.unsubscribeById(second?.id ?? '', NOON)
    await app.remove(`/subscribe/${second?.id}`)
    await app.suppressions.put(makeSuppression('reader-3@example.com', { reason: 'bounce' }))
    await app.suppressions.put(makeSuppression('reader-4@example.com', { reason: 'complaint' }))
    const { body } = await upload(makeReaders(1, 5).map(({ email }) => email).join('\n')) // prettier-ignore
    expect(body).toMatchObject(counts(1, 0, 4))
    expect(await app.list.count({ subscribed: true })).toBe(1)
  })

  test.each(['application/json', 'text/plain'])('of %s is 415', async (type) => {
    expect((await upload('a@example.com', '', type)).status).toBe(415)
  })

  test('without a body or compressed is 415', async () => {
    expect((await app.post('/subscribe/import')).status).toBe(415)
    const headers = { authorization: TOKEN, 'content-type': 'text/csv', 'content-encoding': 'gzip' }
    const answer = await app.call({ method: 'POST', url: '/subscribe/import', headers, payload: 'x' })
    expect(answer.status).toBe(415)
  })

  test('of an empty file does nothing', async () => {
    expect((await upload('')).body).toMatchObject({ ...counts(0), errors: [] })
    expect((await upload('email,name\n')).body).toMatchObject(counts(0))
  })
})

describe('Accept: text/csv', () => {
  test('gives the whole list as a file, however many there are', async () => {
    for (const from of [1, 1001, 2001]) await app.list.import(makeReaders(from, from + 999), NOON, false)
    await app.suppressions.put(makeSuppression('reader-2@example.com'))
    await app.patch('/subscribe', { email: 'reader-3@example.com' })
    const { status, headers, text } = await download('/subscribe?limit=10')
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(headers['content-disposition']).toBe('attachment; filename="subscribers.csv"')
    expect(headers.vary).toContain('Accept')
    const lines = text.split('\r\n')
    expect(lines).toHaveLength(3002)
    expect(lines[0]).toBe('\ufeffid,email,name,subscribed,suppressed,mailable,created_at,updated_at')
    expect(lines[1]).toMatch(
      /^[\da-f-]{36},Reader-1@Example.com,Reader 1 안녕,true,,true,2026-03-10T12:00:00.000Z,/,
    )
    expect(lines[2]).toContain(',true,bounce,false,')
    expect(lines[3]).toContain(',false,,false,')
    expect(lines[3001]).toBe('')
  })

  test('gives what a filter finds', async () => {
    await app.list.import(makeReaders(1, 20), NOON, false)
    expect((await download('/subscribe?q=reader-1')).text.trim().split('\r\n')).toHaveLength(12)
  })

  test('of an empty list is a header', async () => {
    expect((await download()).text).toBe(
      '\ufeffid,email,name,subscribed,suppressed,mailable,created_at,updated_at\r\n',
    )
  })

  const NAMES = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    "'=1",
    "''@x",
    "'quoted'",
    'Doe, Jane',
    'say "hi"',
    '＝1',
    ' ',
    '홍길동',
  ]

  test('is safe to open in a spreadsheet', async () => {
    for (const [n, name] of NAMES.entries()) await app.list.subscribe(`=reader-${n}@example.com`, name, NOON)
    const cells = (await download()).text.split(/[\r\n,]+/).map((cell) => cell.replace(/^"/, ''))
    expect(cells.filter((cell) => /^[=+\-@＝]/.test(cell))).toEqual([])
    expect(cells).toContain("'=reader-0@example.com")
  })

  test('comes in again as it went out', async () => {
    for (const [n, name] of NAMES.entries())
      await app.list.subscribe(`${['=', '+', '-', "'"][n % 4]}reader-${n}@example.com`, name.trim(), NOON)
    const before = await subscribers()
    const file = (await download()).text
    await app.wipe()
    expect((await upload(file)).body).toMatchObject(counts(before.length))
    expect(await subscribers()).toEqual(before)
  })

  test('who has left or is suppressed is so on another hub, too', async () => {
    await app.list.import(makeReaders(1, 3), NOON, false)
    await app.patch('/subscribe', { email: 'reader-1@example.com' })
    await app.suppressions.put(makeSuppression('reader-2@example.com'))
    const file = (await download()).text
    await app.wipe()
    expect((await upload(file)).body).toMatchObject({ ...counts(1), left: 2 })
    const standing = (await app.list.find({ limit: 9 })).map((each) => [
      each.subscribed,
      each.suppressed?.reason,
    ])
    expect(standing).toEqual([
      [false, undefined],
      [true, 'bounce'],
      [true, undefined],
    ])
    const again = (await download()).text
    const withoutIds = (text: string) => text.replace(/^[\da-f-]{36}/gm, '')
    expect(withoutIds(again)).toBe(withoutIds(file))
  })
})
