// Bodies of a mail's parts: any text as lines of at most 76 ASCII characters (RFC 2045, section 6).

type EncodedBody = {
  readonly encoding: 'quoted-printable' | 'base64'
  readonly lines: string
}

const LINE = 76
const CR = 13
const LF = 10
const BLANK = 32
const TAB = 9
const EQUALS = 61
const HEX = Buffer.from('0123456789ABCDEF')
/** Above this share of other bytes, base64 is the shorter one. */
const SHARE = 1 / 6

/** Quoted-printable, which people and filters can read; base64 for texts in other scripts. */
export function encodeBody(text: string): EncodedBody {
  const bytes = Buffer.from(text.replace(/\r\n?|\n/g, '\r\n'))
  let other = 0
  for (const byte of bytes) if (byte > 126 || byte === EQUALS) other++
  return other > bytes.length * SHARE
    ? { encoding: 'base64', lines: base64Lines(bytes) }
    : { encoding: 'quoted-printable', lines: quotedPrintable(bytes) }
}

function base64Lines(bytes: Buffer): string {
  return bytes.toString('base64').replace(/.{76}(?=.)/g, '$&\r\n')
}

function quotedPrintable(bytes: Buffer): string {
  // The worst case: three characters for each byte, and a soft break (three more) for every 73 of them.
  const out = Buffer.allocUnsafe(bytes.length * 4 + 8)
  let at = 0
  let column = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    if (byte === CR && bytes[i + 1] === LF) {
      out[at++] = CR
      out[at++] = LF
      column = 0
      i++
      continue
    }
    const plain = isPlain(byte, bytes[i + 1])
    if (column + (plain ? 1 : 3) > LINE - 1) {
      at = softBreak(out, at)
      column = 0
    }
    if (plain) out[at++] = byte
    else at = escape(out, at, byte)
    column += plain ? 1 : 3
  }
  return out.toString('latin1', 0, at)
}

/** White space may not end a line. */
function isPlain(byte: number, next: number | undefined): boolean {
  if (byte === BLANK || byte === TAB) return next !== undefined && next !== CR
  return byte > BLANK && byte < 127 && byte !== EQUALS
}

function softBreak(out: Buffer, at: number): number {
  out[at] = EQUALS
  out[at + 1] = CR
  out[at + 2] = LF
  return at + 3
}

function escape(out: Buffer, at: number, byte: number): number {
  out[at] = EQUALS
  out[at + 1] = HEX[byte >> 4] as number
  out[at + 2] = HEX[byte & 15] as number
  return at + 3
}
