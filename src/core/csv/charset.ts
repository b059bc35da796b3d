// Decodes text files in any encoding: the one that is told, the one of their byte order mark, or a guess by their bytes.

type Charset = { readonly charset: string; readonly assumed: boolean }
type TextStream = {
  readonly text: AsyncIterable<string>
  /** What it was read as. `assumed`: neither a mark nor the sender has told. */
  used(): Charset
}

/** Names in use that are not among https://encoding.spec.whatwg.org/#names-and-labels */
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
/** Bytes to look at, from the first beyond ASCII on: enough to tell one encoding from another. */
const WINDOW = 65_536
const ASCII_ONLY: Charset = { charset: 'utf-8', assumed: false }

/** The decoder's name for a label; undefined: it is unknown. */
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

/** `charset`: what the sender says, by charsetNamed(). Bytes that are no character become U+FFFD. */
export function decodeText(chunks: AsyncIterable<Buffer>, charset: string | undefined): TextStream {
  const asked = charset === undefined ? undefined : { charset, assumed: false }
  let used: Charset = asked ?? ASCII_ONLY
  let decoder: InstanceType<typeof TextDecoder> | undefined
  let undecoded: Buffer = Buffer.alloc(0)

  function decide(found: Charset): void {
    used = found
    decoder = new TextDecoder(found.charset)
  }

  /** The text that can be decoded by now. Until the encoding is known, bytes are held back. */
  function read(chunk: Buffer, isLast: boolean): string {
    if (decoder) return decoder.decode(chunk, { stream: !isLast })
    undecoded = undecoded.length === 0 ? chunk : Buffer.concat([undecoded, chunk])
    if (undecoded.length < 4 && !isLast) return ''
    const plain = marked(undecoded) ?? asked
    if (plain) decide(plain.charset === 'utf-16' ? { ...plain, charset: utf16Of(undecoded) } : plain)
    else if (isUtf16(undecoded)) decide({ charset: utf16Of(undecoded), assumed: true })
    else return guess(isLast)
    return decodeHeld(isLast)
  }

  function guess(isLast: boolean): string {
    const text = undecoded.toString('latin1')
    const at = text.search(/[\x80-\xff]/)
    if (at < 0) {
      undecoded = Buffer.alloc(0)
      return text
    }
    if (undecoded.length - at < WINDOW && !isLast) return ''
    decide(guessOf(undecoded.subarray(at, at + WINDOW)))
    return decodeHeld(isLast)
  }

  function decodeHeld(isLast: boolean): string {
    const text = decoder?.decode(undecoded, { stream: !isLast }) ?? ''
    undecoded = Buffer.alloc(0)
    return text
  }

  async function* text(): AsyncGenerator<string> {
    for await (const chunk of chunks) yield read(chunk, false)
    yield read(Buffer.alloc(0), true)
  }
  return { text: text(), used: () => used }
}

function marked(head: Buffer): Charset | undefined {
  const marks = { 'utf-8': 'efbbbf', 'utf-16le': 'fffe', 'utf-16be': 'feff' }
  const [found] =
    Object.entries(marks).find(([, mark]) => head.toString('hex', 0, mark.length / 2) === mark) ?? []
  return found === undefined ? undefined : { charset: found, assumed: false }
}

/** How many bytes at even places are zero, and how many at odd ones. */
function zerosOf(head: Buffer): readonly [number, number] {
  const zeros: [number, number] = [0, 0]
  for (const [at, byte] of head.subarray(0, WINDOW).entries()) if (byte === 0) zeros[at % 2 === 0 ? 0 : 1]++
  return zeros
}

/** Without a mark: a table has much ASCII, whose upper bytes are zero in UTF-16. A single zero byte is only damage. */
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

/** Bytes that are neither are read as UTF-8, and their lines are errors: one language's code page is as likely as another's. */
function guessOf(window: Buffer): Charset {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(window, { stream: true })
    return ASCII_ONLY
  } catch {
    return isKorean(window) ? { charset: 'euc-kr', assumed: true } : ASCII_ONLY
  }
}

/**
 * Nearly all pairs of bytes are among the 2,350 syllables of KS X 1001. Text in other code pages is not: its lower-case letters
 * are bytes that never begin such a syllable.
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
