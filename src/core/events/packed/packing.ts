// Packs the texts of many events into one buffer: they are so alike that together they compress to a seventh.

/**
 * A packed item: a few small values that JSON can hold, and texts. For an event, the values are its place, alone or first among
 * others; the last three texts are its facts, what only the loop needs ('' for most), and its data.
 */
export type Packed<Head, Text = Buffer> = { readonly head: Head; readonly texts: readonly Text[] }

/** Writes a line of JSON with the values and text lengths of each item, and then all the texts. */
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

/** The values and text lengths of each item. */
export const headsIn = <Head>(bytes: Buffer): [Head, ...number[]][] =>
  JSON.parse(bytes.toString('latin1', 0, bytes.indexOf('\n'))) as [Head, ...number[]][]

export function unpack<Head>(bytes: Buffer): Packed<Head>[] {
  let at = bytes.indexOf('\n') + 1
  return headsIn<Head>(bytes).map(([head, ...lengths]) => ({
    head,
    texts: lengths.map((length) => bytes.subarray(at, (at += length))),
  }))
}
