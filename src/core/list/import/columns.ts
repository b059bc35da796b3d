// How a file is to be read: its delimiter, where its header is, and what each column is for.
import { createCsvReader } from '../../csv/read.ts'
import { plainCell } from '../../csv/write.ts'
import { isUuid } from '../../ids.ts'
import { mailboxIn } from './mailbox.ts'
import { statusReaderFor, type StatusReader } from './statuses.ts'
import { emailProblem } from '../../addresses/address.ts'
import { fold } from './words.ts'

export type Layout = {
  readonly delimiter: string
  /** The first line with a person; earlier lines do not belong to the table. */
  readonly from: number
  /** null: there is no header. */
  readonly titles: readonly string[] | null
  readonly email: number
  /** The column of the whole name, or else those of its parts, in order. */
  readonly name: number
  readonly nameParts: readonly number[]
  /** Readers of the columns that say whether somebody wants, and may get, mail. */
  readonly statusReaders: ReadonlyMap<number, StatusReader>
}

/** The columns of the list's own export. */
export const LIST_COLUMNS = ['id', 'email', 'name', 'subscribed', 'suppressed', 'mailable', 'created_at', 'updated_at'] // prettier-ignore

/** The title or an address must be found within the first lines. */
const HEADER_WITHIN = 10
const DELIMITERS = [',', ';', '\t', '|']
/** Excel's own first line, which names the delimiter. */
const SEPARATOR = /^\s*"?sep=([,;\t|:~])"?[,;\t|]*\s*$/i

/** Titles without their spaces. Of several columns that match, the first counts. */
const EMAIL = new RegExp(
  `^(primary|subscriber|contact|user|customer|member|your|work|home|personal|invitee|recipient)?(${[
    'e?mail(1|id|addr|address|addresses|adresse|adres|adress|primary|1value|1address|address1|value|이메일)?',
    'adress?ed?e?(e?mail|messagerie)|adresse(electronique|courriel)|courriel(electronique)?|emailadresse?',
    'correo(electronico)?|(direccion|direccionde)(correo(electronico)?|e?mail)|indirizzo(di)?(e?mail|postaelettronica)|postaelettronica',
    'endereco(de)?(e?mail|correioeletronico)|correioeletronico|epost(adress|adresse)?|sahkoposti(osoite)?|adrese?mail|eposta(adresi)?|epostadresi',
    '(адрес)?(электронн(ая|ои)почт[аы])|(адрес)?e?mail(адрес)?|почта|электроннаяпочта|адресэлектроннойпочты|елпошта|електроннапошта',
    '(이메일|전자우편|전자메일|메일|이메일주소|메일주소|전자우편주소|이메일아이디)|(メール|eメール|電子メール)(アドレス)?|(电子)?邮[件箱](地址)?|(電子)?郵[件箱](地址)?|電子郵件',
  ].join('|')})$`,
)
const NAME =
  /^((subscriber|contact|customer|user|member)?(full|display|complete)?name|namefull|nomcomplet|nometprenom|vollername|ganzername|anzeigename|nombrecompleto|nombreyapellidos?|nomecompleto|nomeecognome|volledigenaam|naam|имя|фио|полноеимя|이름|성명|성함|고객명|회원명|수신자명|氏名|お名前|名前|姓名|名字|adsoyad|isim|namn|navn|nimi|jmeno|nev|imie|imieinazwisko)$/
const GIVEN =
  /^((your)?(first|given|fore)name|fname|namefirst|prenom|vorname|nombre|nome|voornaam|fornavn|fornamn|etunimi|primeironome)$/
const MIDDLE = /^((middle|additional)name|namemiddle)$/
const FAMILY =
  /^((last|family|sur)name|lname|namelast|nom|nomdefamille|nachname|familienname|apellidos?|cognome|sobrenome|achternaam|etternavn|efternavn|efternamn|sukunimi|фамилия|nazwisko|soyad)$/

const compact = (title: string): string => fold(title).replaceAll(' ', '')
const isAddress = (cell = ''): boolean => emailProblem(plainCell(cell.trim())) === undefined
const isMailbox = (cell = ''): boolean => isAddress(mailboxIn(plainCell(cell.trim())).address)

type IsHit = (cell?: string) => boolean
type Row = { readonly line: number; readonly cells: readonly string[] }
type Look = Pick<Layout, 'from' | 'titles' | 'email'> & {
  readonly hits: number
  /** The first persons. A broken line has no cells. */
  readonly people: readonly Row[]
  readonly width: number
}

/** undefined: there are no addresses, and no column is called so. */
export function layoutOf(head: string, isWhole: boolean): Layout | undefined {
  const named = SEPARATOR.exec(/^\ufeff?([^\r\n]*)/.exec(head)?.[1] ?? '')?.[1]
  const looks = (named ? [named] : DELIMITERS).flatMap((delimiter) => {
    const rows = rowsOf(head, isWhole, delimiter).slice(named ? 1 : 0)
    const look = lookAt(rows) ?? mailboxesIn(rows)
    return look ? [{ delimiter, ...look }] : []
  })
  const isTitled = (look: Look) => Number(look.titles !== null)
  // The width comes last: a | is allowed in an address, and a name may be nothing but commas.
  const [best] = looks.toSorted((a, b) => b.hits - a.hits || isTitled(b) - isTitled(a) || b.width - a.width)
  return best && { ...best, ...purposes(best) }
}

function rowsOf(head: string, isWhole: boolean, delimiter: string): Row[] {
  const reader = createCsvReader(delimiter)
  const records = [...reader.push(head), ...(isWhole ? reader.end() : [])]
  return records.map((record) => ('cells' in record ? record : { line: record.line, cells: [] }))
}

function lookAt(rows: readonly Row[]): Look | undefined {
  const first = rows.findIndex(({ cells }) => cells.some(isAddress))
  const before = first < 0 ? rows : rows.slice(0, first)
  const at = before.slice(0, HEADER_WITHIN).findIndex(({ cells }) => cells.some(isEmailTitle))
  const named = (cells: readonly string[]) => cells.flatMap((cell, n) => (isEmailTitle(cell) ? [n] : []))
  if (at >= 0) return titled(rows, at, named, isMailbox)
  if (first < 0 || first > HEADER_WITHIN) return undefined
  const header = before.at(-1)
  const every = (cells: readonly string[]) => [...cells.keys()]
  // A header in words that are not known here, unless it may be a line with a faulty address.
  const cells = rows[first]?.cells ?? []
  if (header && isHeader(header.cells, cells) && before.slice(0, -1).every((row) => isCaption(row.cells)))
    return titled(rows, first - 1, () => every(cells), isAddress)
  const { email, hits } = mostAddresses(rows, every(cells), isAddress)
  const people = rows.slice(first)
  return { from: rows[0]?.line ?? 1, titles: ownColumns(cells), email, hits, people, width: cells.length }
}

/** A column of nothing but `Name <address>`. Where there are others as well, a title must say which one has the addresses. */
function mailboxesIn(rows: readonly Row[]): Look | undefined {
  const filled = rows.filter(({ cells }) => cells.some((cell) => cell.trim()))
  const [first] = filled
  if (!first || !filled.every(({ cells }) => cells.length === 1 && isMailbox(cells[0]))) return undefined
  return { from: first.line, titles: null, email: 0, hits: filled.length, people: filled, width: 1 }
}

const isHeader = (cells: readonly string[], people: readonly string[]): boolean =>
  cells.length === people.length && !cells.some((cell) => /[@\d]/.test(cell))
const isCaption = (cells: readonly string[]): boolean => cells.filter((cell) => cell.trim()).length <= 1

/** Recognises the list's own export without its header. */
const ownColumns = (cells: readonly string[]): readonly string[] | null =>
  cells.length === LIST_COLUMNS.length && isUuid(cells[0] ?? '') ? LIST_COLUMNS : null

const isEmailTitle = (cell: string): boolean => EMAIL.test(compact(cell))

function titled(
  rows: readonly Row[],
  at: number,
  columns: (cells: readonly string[]) => readonly number[],
  isHit: IsHit,
): Look {
  const header = rows[at] ?? { line: 0, cells: [] }
  const people = rows.slice(at + 1)
  const { email, hits } = mostAddresses(people, columns(header.cells), isHit)
  return {
    from: people[0]?.line ?? header.line + 1,
    titles: header.cells.map((cell) => cell.trim()),
    email,
    hits,
    people,
    width: header.cells.length,
  }
}

/** Of several possible columns, the one with the most addresses. */
function mostAddresses(rows: readonly Row[], columns: readonly number[], isHit: IsHit) {
  const counts = columns.map((email) => ({
    email,
    hits: rows.filter(({ cells }) => isHit(cells[email])).length,
  }))
  const [best = { email: 0, hits: 0 }] = counts.toSorted((a, b) => b.hits - a.hits)
  return best
}

/** Without titles the name is the column beside the address that has letters, preferably the one after it. */
function nameBeside(email: number, people: readonly string[]): number {
  const isName = (n: number) => /\p{L}/u.test(people[n] ?? '') && !isUuid(people[n] ?? '')
  return [email + 1, email - 1].find(isName) ?? email + 1
}

function purposes({ titles, email, people }: Look): Pick<Layout, 'name' | 'nameParts' | 'statusReaders'> {
  if (!titles)
    return { name: nameBeside(email, people[0]?.cells ?? []), nameParts: [], statusReaders: new Map() }
  const names = titles.map((title, n) => (n === email ? '' : compact(title)))
  const parts = [GIVEN, MIDDLE, FAMILY].map((kind) => names.findIndex((title) => kind.test(title)))
  const readers = titles.flatMap((title, n) => {
    const cells = people.flatMap((row) => row.cells[n] ?? [])
    const reader = n === email ? undefined : statusReaderFor(title, cells)
    return reader ? [[n, reader] as const] : []
  })
  return {
    name: names.findIndex((title) => NAME.test(title)),
    nameParts: parts.filter((n) => n >= 0),
    statusReaders: new Map(readers),
  }
}
