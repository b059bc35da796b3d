// POST /subscribe/import: whatever file is made of a table of people, nobody who left gets mail, and nobody is lost unsaid.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startListApp, TOKEN, type ListApp } from '../../../support/list/list-app.ts'

let app: ListApp
beforeAll(async () => void (app = await startListApp()))
afterAll(() => app?.close())

/** A column's title, how it says yes, and how it says that one gets no mail. */
const SPELLINGS = [
  ['subscribed', ['true', 'WAHR', 'VRAI', '참', '1', 'yes'], ['false', 'FALSCH', 'FAUX', '거짓', '0', 'no']],
  ['Status', ['active', 'Subscribed', 'enabled'], ['Unsubscribed', 'Soft bounced', 'blocklisted', 'junk', 'cleaned', 'pending']],
  ['UNSUB_TIME', ['', '0000-00-00 00:00:00'], ['2021-03-04 10:00:00', '04.03.2021', '1614852000']],
  ['blacklisted', ['0', '', 'No'], ['1', 'Yes', 'VERDADERO']],
  ['구독 상태', ['구독중', '정상'], ['수신거부', '구독취소', '휴면']],
  ['Abo-Status', ['aktiv', 'angemeldet'], ['abgemeldet', 'gesperrt', 'nicht bestätigt']],
  ['Notes', ['', 'nice', 'likes cats'], ['unsubscribed', 'Bounced', '수신거부']],
] as const // prettier-ignore

const people = fc.array(
  fc.record({
    name: fc.string({ unit: fc.constantFrom('a', 'Z', '홍', 'é', ' ', ',', ';', '"', '|', "'", '='), maxLength: 8 }),
    mailable: fc.boolean(),
    word: fc.nat(),
    isQuoted: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
) // prettier-ignore
const layout = fc.record({
  spelling: fc.constantFrom(...SPELLINGS),
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  end: fc.constantFrom('\n', '\r\n', '\r'),
  order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
  preface: fc.constantFrom('', 'My subscribers', 'sep='),
  encoding: fc.constantFrom('utf8', 'marked', 'utf16le', 'utf16be'),
  titles: fc.constantFrom(['Email', 'Name'], ['E-Mail-Adresse', 'Vollername'], ['이메일', '이름']),
})

function encode(text: string, encoding: string): Buffer {
  if (encoding === 'utf8') return Buffer.from(text)
  const wide = Buffer.from(`\ufeff${text}`, encoding === 'marked' ? 'utf8' : 'utf16le')
  return encoding === 'utf16be' ? wide.swap16() : wide
}

test('nobody who left gets mail, and nobody is lost without an error line', async () => {
  await fc.assert(
    fc.asyncProperty(people, layout, async (table, { spelling, delimiter, end, order, preface, encoding, titles }) => {
      await app.wipe()
      const [title, ins, outs] = spelling
      const cell = (text: string, isQuoted: boolean) =>
        isQuoted || /["\n\r]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text
      const line = (cells: readonly string[], isQuoted = false) =>
        order.map((n) => cell(cells[n] ?? '', isQuoted)).join(delimiter)
      const rows = table.map(({ name, mailable, word, isQuoted }, n) => {
        const words = mailable ? ins : outs
        return line([`reader-${n}@example.com`, name, words[word % words.length] ?? ''], isQuoted)
      })
      const before = preface === 'sep=' ? [`sep=${delimiter}`] : preface ? [preface] : []
      const text = [...before, line([...titles, title]), ...rows].join(end)
      const { body } = await app.call({
        method: 'POST',
        url: '/subscribe/import',
        headers: { authorization: TOKEN, 'content-type': 'text/csv' },
        payload: encode(text, encoding),
      })
      const found = await app.list.find({ limit: 100 })
      const mailable = new Set(found.filter((each) => each.subscribed && !each.suppressed).map(({ email }) => email))
      for (const [n, person] of table.entries())
        if (!person.mailable) expect(mailable).not.toContain(`reader-${n}@example.com`)
      expect({ ...body, errors: [] }).toMatchObject({
        added: table.filter((each) => each.mailable).length,
        left: table.filter((each) => !each.mailable).length,
        error_count: 0,
      })
      expect(found).toHaveLength(table.length)
    }),
    { numRuns: 150 },
  )
}) // prettier-ignore
