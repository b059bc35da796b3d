// The page, packed for the network when somebody first asks for it. Where that fails, it is served file by file, as it is written.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Log } from '../../core/log.ts'

export type PackedPage = {
  /** index.html, which names the files. */
  readonly index: string
  /** By name; a name never stands for anything else. */
  readonly files: Readonly<Record<string, string>>
}

const PACKER = fileURLToPath(new URL('packer.ts', import.meta.url))
const PUBLIC = fileURLToPath(new URL('../../../public', import.meta.url))
const OPTIONS = { env: {}, maxBuffer: 32 * 1024 * 1024, timeout: 5_000, killSignal: 'SIGKILL' } as const

/** Each page's worth of calls gets the same page: packed once, by a process that ends. */
export function createPagePack(log: Log, folder = PUBLIC): () => Promise<PackedPage | undefined> {
  let page: Promise<PackedPage | undefined> | undefined
  return () =>
    (page ??= pack(folder).catch((err: unknown) => void log.warn({ err }, 'the page is not packed')))
}

async function pack(folder: string): Promise<PackedPage> {
  const { stdout } = await promisify(execFile)(process.execPath, [PACKER, folder], OPTIONS)
  return JSON.parse(stdout) as PackedPage
}
