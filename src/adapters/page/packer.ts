// Packs the page: modules into few files, style sheets into one, each under a name that changes with its content.
// A program of its own, so that the hub gets neither slower nor larger; the result goes to the standard output.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { rolldown } from 'rolldown'
import type { PackedPage } from './pack.ts'

/** The path of the packed files. */
const PLACE = '/assets/'
const SHEET = /<link ([^>]*)href="([^"]+\.css)" \/>/g
const SCRIPT = /<script type="module" src="([^"]+)">/

process.stdout.write(JSON.stringify(await pack(process.argv[2] as string)))

async function pack(folder: string): Promise<PackedPage> {
  const read = (path: string) => readFileSync(join(folder, path), 'utf8')
  const files: Record<string, string> = {}
  const keep = (name: string, text: string) => {
    files[name] = text
    return PLACE + name
  }
  const keepSheet = (path: string, text: string) =>
    keep(
      `${basename(path, '.css')}-${createHash('sha256').update(text).digest('base64url').slice(0, 8)}.css`,
      text,
    )

  const index = read('index.html')
  const isNeeded = (attributes = '') => attributes.includes('rel="stylesheet"')
  const [first, ...others] = [...index.matchAll(SHEET)].filter(([, attributes]) => isNeeded(attributes))
  const atOnce = [first, ...others].map((found) => read(found?.[2] as string)).join('\n')
  // Sheets that are needed at once are joined in the place of the first; a view's own sheet stays a file.
  const withSheets = index.replace(SHEET, (tag, attributes: string, path: string) => {
    if (!isNeeded(attributes)) return tag.replace(path, keepSheet(path, read(path)))
    return tag === first?.[0] ? tag.replace(path, keepSheet('page.css', atOnce)) : ''
  })

  const main = SCRIPT.exec(index)?.[1]
  if (!main) throw new Error('index.html names no module')
  const bundle = await rolldown({ input: join(folder, main), platform: 'browser', logLevel: 'silent' })
  const names = '[name]-[hash].js'
  const { output } = await bundle.generate({ minify: true, entryFileNames: names, chunkFileNames: names })
  const chunks = output.filter((made) => made.type === 'chunk')
  for (const { fileName, code } of chunks) keep(fileName, code)
  const entry = chunks.find((chunk) => chunk.isEntry)
  if (!entry) throw new Error('nothing was packed')
  const preloads = entry.imports.map((name) => `<link rel="modulepreload" href="${PLACE}${name}" />`)
  return {
    files,
    index: withSheets.replace(
      SCRIPT,
      `${preloads.join('')}<script type="module" src="${PLACE}${entry.fileName}">`,
    ),
  }
}
