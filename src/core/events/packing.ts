// Events' texts beside each other as one piece of bytes: alike as they are, they compress together to a seventh.

/**
 * A few small values, which JSON can hold, and texts. Of an event: its place, alone or the first of several values; and last
 * its facts, what only the loop asks for ('' for most), and its data.
 */
export type Packed<Head, Text = Buffer> = { readonly head: Head; readonly texts: readonly Text[] }

/** First a line of JSON: of each its values and the lengths of its texts. Then all the texts. */
export function pack<Head>(
  all: readonly Packed<Head, Buffer | string>[],
  allocate: (size: number) => Buffer = Buffer.allocUnsafeSlow,
): Buffer {
  let size = 0
  const sized = (text: Buffer | string) => {
    const length = Buffer.byteLength(text)
    size += length
    return length
  }
  const heads = `${JSON.stringify(all.map(({ head, texts }) => [head, ...texts.map(sized)]))}\n`
  const bytes = allocate(heads.length + size)
  let at = bytes.write(heads, 'latin1')
  for (const { texts } of all)
    for (const text of texts) at += typeof text === 'string' ? bytes.write(text, at) : text.copy(bytes, at)
  return bytes
}

/** Of each its values, and the lengths of its texts. */
export const headsIn = <Head>(bytes: Buffer): [Head, ...number[]][] =>
  JSON.parse(bytes.toString('latin1', 0, bytes.indexOf('\n'))) as [Head, ...number[]][]

export function unpack<Head>(bytes: Buffer): Packed<Head>[] {
  let at = bytes.indexOf('\n') + 1
  return headsIn<Head>(bytes).map(([head, ...lengths]) => ({
    head,
    texts: lengths.map((length) => bytes.subarray(at, (at += length))),
  }))
}
