// POST /subscribe/import: files as spreadsheets, address books and browsers make them.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startListApp, TOKEN, type ListApp } from '../../../support/list/list-app.ts'

let app: ListApp
beforeAll(async () => void (app = await startListApp()))
beforeEach(() => app.wipe())
afterAll(() => app?.close())

const upload = (payload: string | Buffer, type = 'text/csv') =>
  app.call({
    method: 'POST',
    url: '/subscribe/import',
    headers: { authorization: TOKEN, 'content-type': type },
    payload,
  })
const subscribers = async () => (await app.list.find({ limit: 1000 })).map(({ email, name }) => [email, name])
const ANN = [['ann@x.io', 'Ann Lee']]

test.each(['ann@x.io, bo@x.io, cy@x.io', 'ann@x.io; bo@x.io'])(
  'nobody gets the name of the next address in a line: %s',
  async (line) => {
    const { body } = await upload(line)
    expect(body.errors).toEqual([{ line: 1, message: 'write each address on a line of its own: "bo@x.io"' }])
    expect(await subscribers()).toEqual([])
  },
)

test.each([
  ['Korean titles', '이름,이메일\n홍길동,ann@x.io', '홍길동'],
  ['French titles, semicolons', 'Nom;Adresse e-mail\nLee;ann@x.io', 'Lee'],
  ['French given and family names', 'Prénom;Nom;Courriel\nAnn;Lee;ann@x.io', 'Ann Lee'],
  ['German titles', 'Vorname;Nachname;E-Mail-Adresse\nAnn;Lee;ann@x.io', 'Ann Lee'],
  ['Spanish titles', 'Nombre;Apellidos;Correo electrónico\nAnn;Lee;ann@x.io', 'Ann Lee'],
  ['Italian titles', 'Nome;Cognome;Indirizzo e-mail\nAnn;Lee;ann@x.io', 'Ann Lee'],
  ['Portuguese titles', 'Nome;Sobrenome;Endereço de e-mail\nAnn;Lee;ann@x.io', 'Ann Lee'],
  ['Russian titles', 'ФИО;Адрес электронной почты\nAnn Lee;ann@x.io', 'Ann Lee'],
  ['Japanese titles', '氏名,メールアドレス\nAnn Lee,ann@x.io', 'Ann Lee'],
  ['Chinese titles', '姓名,电子邮箱\nAnn Lee,ann@x.io', 'Ann Lee'],
  ['Swedish titles', 'Namn;E-postadress\nAnn Lee;ann@x.io', 'Ann Lee'],
  ['Turkish titles', 'İsim;E-posta adresi\nAnn Lee;ann@x.io', 'Ann Lee'],
  [
    'titles that nobody knows: the column with addresses is the one',
    'Nimike;Osoite\nAnn Lee;ann@x.io\nx;bo@x.io',
    '',
  ],
  [
    'the columns of Google contacts',
    'First Name,Middle Name,Last Name,Phonetic First Name,Nickname,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Value\nAnn,,Lee,,,* myContacts,* Work,ann@x.io,Home,,',
    'Ann Lee',
  ],
  [
    'the older columns of Google contacts',
    'Name,Given Name,Family Name,Group Membership,E-mail 1 - Type,E-mail 1 - Value\nAnn Lee,Ann,Lee,*,Work,ann@x.io',
    'Ann Lee',
  ],
  [
    'the columns of Thunderbird',
    'First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,Work Phone\nAnn,Lee,Ann Lee,,ann@x.io,other@x.io,,',
    'Ann Lee',
  ],
  [
    'the columns of Outlook',
    'First Name,Middle Name,Last Name,Title,E-mail Address,E-mail 2 Address,E-mail Display Name\nAnn,,Lee,,ann@x.io,,"Ann (ann@x.io)"',
    'Ann Lee',
  ],
  ['a sep= line', 'sep=;\r\nName;Email\r\nAnn Lee;ann@x.io', 'Ann Lee'],
  ['a quoted sep= line', '"sep=;"\r\nann@x.io;Ann Lee', 'Ann Lee'],
  ['a title line', 'Newsletter subscribers 2026\nName,Email\nAnn Lee,ann@x.io', 'Ann Lee'],
  ['a title line with its delimiters', 'Newsletter;;\n\nName;Email;Town\nAnn Lee;ann@x.io;Bonn', 'Ann Lee'],
  ['a comma in the header of semicolons', 'Name, first and last;E-mail\nAnn Lee;ann@x.io', ''],
  ['a comma beside the word in such a header', 'E-Mail, private;Name\nann@x.io;Ann Lee', 'Ann Lee'],
  ['pipes', 'name|email\nAnn Lee|ann@x.io', 'Ann Lee'],
  ['pipes, and commas in a name', 'name|email\n,Ann|ann@x.io', ',Ann'],
  ['pipes and no header', 'Ann Lee|ann@x.io', 'Ann Lee'],
  ['a mail program’s addresses', 'Email\nAnn Lee <ann@x.io>', 'Ann Lee'],
  ['its addresses in quotes', 'Email,Town\n"""Lee, Ann"" <ann@x.io>",Bonn', 'Lee, Ann'],
  ['its addresses beside names, which count', 'Email,Name\nA. L. <ann@x.io>,Ann Lee', 'Ann Lee'],
  ['nothing but its addresses', 'Ann Lee <ann@x.io>\nCy <cy@x.io>\nbo@x.io\n', 'Ann Lee'],
  ['nothing but its addresses, with commas', 'Lee, Ann <ann@x.io>\n<bo@x.io>\n', 'Lee, Ann'],
  ['an address for its own name', "Email\n'ann@x.io' <ann@x.io>", ''],
  ['links', 'Name,Email\nAnn Lee,mailto:ann@x.io\nBo,Bo <MAILTO:bo@x.io>', 'Ann Lee'],
  ['tabs', 'Email\tName\nann@x.io\tAnn Lee', 'Ann Lee'],
  ['lines of empty cells at its end', 'Email;Name\nann@x.io;Ann Lee\n;;;\n;;;\n', 'Ann Lee'],
])('%s', async (_, text, name) => {
  const { body } = await upload(text)
  expect(body).toMatchObject({ errors: [], error_count: 0 })
  expect((await subscribers())[0]).toEqual(['ann@x.io', name])
})

test.each([
  'bo@x.io <ann@x.io>',
  'Ann <ann@x.io>; Bo <bo@x.io>',
  'Ann <ann@x.io> <bo@x.io>',
  'mailto:ann@x.io?cc=bo@x.io',
  'mailto:ann@x.io?subject=Hello',
  'mailto:ann%2Bnews@x.io',
  'mailto:ann@x.io;bo@x.io',
])('a cell is no address where it is not sure which: %s', async (cell) => {
  const { body } = await upload(`Email\tName\n${cell}\tAnn Lee`)
  expect(body).toMatchObject({ added: 0, error_count: 1, errors: [{ line: 2 }] })
  expect(await subscribers()).toEqual([])
})

test.each(['Email\n', ''])('who is called “unsubscribed” in a mailbox gets no mail: %j', async (header) => {
  const { body } = await upload(`${header}unsubscribed <ann@x.io>`)
  expect(body).toMatchObject({ left: 1, error_count: 0 })
  expect(await app.list.find({ limit: 10, subscribed: true })).toEqual([])
})

test('a file without titles whose lines hold more than mailboxes is refused: nobody knows what the rest says', async () => {
  const { body } = await upload('Ann <ann@x.io>,2024-05-01')
  expect(body).toMatchObject({ added: 0, error_count: 1 })
  expect(body.errors[0]?.message).toMatch(/No column/)
})

test('a delimiter that is none of these is refused: nobody is called ann|ann@x.io', async () => {
  const { body } = await upload('bo@x.io,Bo\nann|ann@x.io,Ann')
  expect(body).toMatchObject({ added: 1, errors: [{ line: 2, message: expect.stringContaining('|') }] })
})

test('without any address it is one message, not one a line', async () => {
  const { body } = await upload(`Name,Town\n${'Ann,Bonn\n'.repeat(1000)}`)
  expect(body).toMatchObject({ added: 0, error_count: 1, errors: [{ line: 1 }] })
  expect(body.errors[0]?.message).toMatch(/No column/)
  expect(body.columns).toEqual({ used: [], ignored: [] })
})

describe('encodings', () => {
  const text = '이메일,이름,구독 상태\nann@x.io,홍길동,구독중\nbo@x.io,김철수,수신거부\n'
  /** 이메일,이름,구독 상태 … as a Korean Excel writes it. */
  const cp949 = Buffer.from(
    'c0ccb8dec0cf2cc0ccb8a72cb1b8b5b620bbf3c5c20a616e6e40782e696f2cc8abb1e6b5bf2cb1b8b5b6c1df0a626f40782e696f2cb1e8c3b6bcf62cbcf6bdc5b0c5bace0a',
    'hex',
  )
  const utf16 = Buffer.from(text, 'utf16le')
  const mark = (hex: string, rest: Buffer) => Buffer.concat([Buffer.from(hex, 'hex'), rest])

  test.each([
    ['UTF-8', Buffer.from(text), 'text/csv', 'utf-8', false],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`), 'text/csv', 'utf-8', false],
    ['UTF-16 with a mark', mark('fffe', utf16), 'text/csv', 'utf-16le', false],
    ['UTF-16 the other way round', mark('feff', Buffer.from(utf16).swap16()), 'text/csv', 'utf-16be', false],
    ['UTF-16 without a mark', utf16, 'text/csv', 'utf-16le', true],
    ['UTF-16 told and without a mark', Buffer.from(utf16).swap16(), 'text/csv; charset=utf-16', 'utf-16be', false],
    ['a mark that says other than the sender', mark('fffe', utf16), 'text/csv; charset=utf-8', 'utf-16le', false],
    ...['cp949', 'ms949', 'MS949', 'euc-kr', 'ks_c_5601-1987', 'windows-949', '"uhc"'].map(
      (name) => [`charset=${name}`, cp949, `text/csv; charset=${name}`, 'euc-kr', false] as const,
    ),
    ['Korean that nobody has told', cp949, 'text/csv', 'euc-kr', true],
    ['Korean behind 100 kB of ASCII', mark(Buffer.from(`email,name,status\n${'c@x.io,,active\n'.repeat(8000)}`).toString('hex'), cp949.subarray(cp949.indexOf(10) + 1)), 'text/csv', 'euc-kr', true],
  ] as const)('%s', async (_, payload, type, charset, assumed) => {
    const { body } = await upload(payload, type)
    expect(body).toMatchObject({ charset, charset_assumed: assumed, left: 1, errors: [] })
    const found = (await app.list.find({ limit: 9, email: 'ann@x.io' }))[0]
    expect(found).toMatchObject({ name: '홍길동', subscribed: true })
    expect(await app.list.find({ limit: 9, email: 'bo@x.io' })).toMatchObject([{ name: '김철수', subscribed: false }])
  }) // prettier-ignore

  test.each([
    ['German', 'windows-1252', 'a@x.io,J\xfcrgen\nb@x.io,\xc4nne Stra\xdfe\n'],
    ['Polish', 'windows-1250', 'a@x.io,Micha\xb3\nb@x.io,\xa3ukasz\n'],
    ['Russian', 'windows-1251', 'a@x.io,\xc8\xe2\xe0\xed\nb@x.io,\xce\xeb\xfc\xe3\xe0\n'],
  ])('%s that nobody has told is not guessed at, but each line of it told', async (_, charset, text) => {
    const payload = Buffer.from(text, 'latin1')
    const { body } = await upload(payload)
    expect(body).toMatchObject({ added: 0, error_count: 2, charset_assumed: false })
    expect(body.errors[0]?.message).toMatch(/charset/)
    expect((await upload(payload, `text/csv; charset=${charset}`)).body).toMatchObject({ added: 2, charset })
  })

  test('a charset that nobody knows is 415, and named', async () => {
    const answer = await upload('x', 'text/csv; charset=nonsense')
    expect(answer).toMatchObject({ status: 415 })
    expect(answer.body.error.message).toContain('nonsense')
  })
})

describe('a form with a file', () => {
  const form = (...parts: string[]) => `${parts.map((part) => `--xYz\r\n${part}\r\n`).join('')}--xYz--\r\n`
  const type = 'multipart/form-data; boundary=xYz'
  const csv = 'Email,Name\nann@x.io,Ann Lee'
  const part = (content: string, contentType = 'text/csv') =>
    `Content-Disposition: form-data; name="file"; filename="list.csv"\r\nContent-Type: ${contentType}\r\n\r\n${content}`

  test.each([
    ['alone', form(part(csv))],
    ['behind a field', form('Content-Disposition: form-data; name="note"\r\n\r\nfilename=no', part(csv))],
    ['before another', form(part(csv), part('Email\nbo@x.io'))],
    ['as Excel types it', form(part(csv, 'application/vnd.ms-excel'))],
    ['behind a preamble', `hello\r\n${form(part(csv))}`],
    ['with what is like a boundary', form(part(`${csv}\r\n--xY,\r\n`.replace(/--xY,\r\n$/, '')))],
  ])('%s', async (_, payload) => {
    expect((await upload(payload, type)).body).toMatchObject({ added: 1, errors: [] })
    expect(await subscribers()).toEqual(ANN)
  })

  test('in the charset that its part tells', async () => {
    const payload = Buffer.from(form(part('ann@x.io,J\xfcrgen', 'text/csv; charset=iso-8859-1')), 'latin1')
    expect((await upload(payload, type)).body).toMatchObject({ added: 1, charset: 'windows-1252' })
    expect(await subscribers()).toEqual([['ann@x.io', 'Jürgen']])
  })

  test.each([
    ['without a file', form('Content-Disposition: form-data; name="note"\r\n\r\nx'), type],
    ['that breaks off', form(part(csv)).slice(0, -12), type],
    ['that is none', 'hello', type],
    ['without a boundary', form(part(csv)), 'multipart/form-data'],
  ])('%s is 400', async (_, payload, contentType) => {
    expect(await upload(payload, contentType)).toMatchObject({ status: 400 })
  })
})
