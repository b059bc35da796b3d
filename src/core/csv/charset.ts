// Text files in whatever encoding they come: as told, by their mark, or by what their bytes can only be.

type Charset = { readonly charset: string; readonly assumed: boolean }
type TextStream = {
  readonly pieces: AsyncIterable<string>
  /** What it was read as; `assumed` where neither a mark nor the sender has told. */
  used(): Charset
}

/** Names that are in use, and not known to https://encoding.spec.whatwg.org/#names-and-labels */
const ALIASES: Readonly<Record<string, string>> = {
  cp949: 'euc-kr',
  ms949: 'euc-kr',
  uhc: 'euc-kr',
  'x-windows-949': 'euc-kr',
  cp932: 'shift_jis',
  cp936: 'gbk',
  ms936: 'gbk',
  cp950: 'big5',
  ms950: 'big5',
  eucjp: 'euc-jp',
  euckr: 'euc-kr',
  latin9: 'iso-8859-15',
  macroman: 'macintosh',
  utf16: 'utf-16',
  utf16le: 'utf-16le',
  utf16be: 'utf-16be',
  cp65001: 'utf-8',
  utf8mb4: 'utf-8',
  'utf-8-sig': 'utf-8',
}
/** Bytes from the first on that is no ASCII: enough to tell one encoding from another. */
const WINDOW = 65_536
const ASCII_ONLY: Charset = { charset: 'utf-8', assumed: false }

/** The decoder's name for it; undefined: nobody knows it. */
export function charsetNamed(label: string): string | undefined {
  const name = label.trim().toLowerCase()
  const known = ALIASES[name] ?? name
  if (known === 'utf-16') return known
  try {
    return new TextDecoder(known).encoding
  } catch {
    return undefined
  }
}

/** `told` as charsetNamed() gives it. Bytes that are no characters become U+FFFD. */
export function decodeText(chunks: AsyncIterable<Buffer>, told: string | undefined): TextStream {
  let used = told === undefined ? ASCII_ONLY : { charset: told, assumed: false }
  let decoder: InstanceType<typeof TextDecoder> | undefined
  let held: Buffer = Buffer.alloc(0)

  function decide({ charset, assumed }: Charset): void {
    used = { charset, assumed }
    decoder = new TextDecoder(charset)
  }

  /** What can be read by now. Nothing of what is held is lost: it is read when it is known how. */
  function read(chunk: Buffer, isLast: boolean): string {
    if (decoder) return decoder.decode(chunk, { stream: !isLast })
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    if (held.length < 4 && !isLast) return ''
    const plain = marked(held) ?? (told === undefined ? undefined : { charset: told, assumed: false })
    if (plain) decide(plain.charset === 'utf-16' ? { ...plain, charset: utf16Of(held) } : plain)
    else if (isUtf16(held)) decide({ charset: utf16Of(held), assumed: true })
    else return guess(isLast)
    return readHeld(isLast)
  }

  function guess(isLast: boolean): string {
    const text = held.toString('latin1')
    const at = text.search(/[\x80-\xff]/)
    if (at < 0) {
      held = Buffer.alloc(0)
      return text
    }
    if (held.length - at < WINDOW && !isLast) return ''
    decide(guessOf(held.subarray(at, at + WINDOW)))
    return readHeld(isLast)
  }

  function readHeld(isLast: boolean): string {
    const text = decoder?.decode(held, { stream: !isLast }) ?? ''
    held = Buffer.alloc(0)
    return text
  }

  async function* pieces(): AsyncGenerator<string> {
    for await (const chunk of chunks) yield read(chunk, false)
    yield read(Buffer.alloc(0), true)
  }
  return { pieces: pieces(), used: () => used }
}

function marked(head: Buffer): Charset | undefined {
  const marks = { 'utf-8': 'efbbbf', 'utf-16le': 'fffe', 'utf-16be': 'feff' }
  const [found] =
    Object.entries(marks).find(([, mark]) => head.toString('hex', 0, mark.length / 2) === mark) ?? []
  return found === undefined ? undefined : { charset: found, assumed: false }
}

/** How many zero bytes there are in each half of the units of two bytes. */
function zerosOf(head: Buffer): readonly [number, number] {
  const zeros: [number, number] = [0, 0]
  for (const [at, byte] of head.subarray(0, WINDOW).entries()) if (byte === 0) zeros[at % 2 === 0 ? 0 : 1]++
  return zeros
}

/** Without a mark: a table has many signs of ASCII, whose upper bytes are zero. One that is zero alone is a fault. */
function isUtf16(head: Buffer): boolean {
  if (!head.includes(0)) return false
  const [even, odd] = zerosOf(head)
  return (
    10 * Math.max(even, odd) > Math.min(head.length, WINDOW) &&
    10 * Math.min(even, odd) <= Math.max(even, odd)
  )
}

function utf16Of(head: Buffer): string {
  const [even, odd] = zerosOf(head)
  return even > odd ? 'utf-16be' : 'utf-16le'
}

/** What is neither is read as UTF-8: its lines are told. For one language's code page is as good as another's. */
function guessOf(window: Buffer): Charset {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(window, { stream: true })
    return ASCII_ONLY
  } catch {
    return isKorean(window) ? { charset: 'euc-kr', assumed: true } : ASCII_ONLY
  }
}

/**
 * Nearly all pairs are of the 2,350 syllables of KS X 1001. Words of other code pages with these bytes in pairs, and in no
 * others, are none: their small letters have bytes that never begin one.
 */
function isKorean(bytes: Buffer): boolean {
  let syllables = 0
  let others = 0
  for (let at = 0; at < bytes.length - 1; at++) {
    const [first = 0, second = 0] = [bytes[at], bytes[at + 1]]
    if (first < 0x80) continue
    const isSyllable = first >= 0xb0 && first <= 0xc8 && second >= 0xa1
    if (isSyllable) syllables++
    else others++
    if (isSyllable || second >= 0x80) at++
  }
  return syllables >= 2 && syllables >= 8 * others
}
