// Packs the page into few files when it is first requested. If that fails, it is served file by file, as it is written.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Log } from '../../core/log.ts'

export type PackedPage = {
  /** index.html, which names the files. */
  readonly index: string
  /** By name. A name never gets another content. */
  readonly files: Readonly<Record<string, string>>
}

const PACKER = fileURLToPath(new URL('packer.ts', import.meta.url))
const PUBLIC = fileURLToPath(new URL('../../../public', import.meta.url))
const OPTIONS = { env: {}, maxBuffer: 32 * 1024 * 1024, timeout: 15_000, killSignal: 'SIGKILL' } as const

/** After a failure (a machine that was too busy) it is tried again, but not for each request. */
const AGAIN_MS = 60_000

/** Packs once, in a process that then ends. */
export function createPagePack(
  log: Log,
  folder = PUBLIC,
  now = Date.now,
): () => Promise<PackedPage | undefined> {
  let page: Promise<PackedPage | undefined> | undefined
  let failedAt: number | undefined
  return () => {
    if (failedAt !== undefined && now() - failedAt >= AGAIN_MS) page = failedAt = undefined
    return (page ??= pack(folder).catch((err: unknown) => {
      failedAt = now()
      log.warn({ err }, 'the page is not packed')
      return undefined
    }))
  }
}

async function pack(folder: string): Promise<PackedPage> {
  const { stdout } = await promisify(execFile)(process.execPath, [PACKER, folder], OPTIONS)
  return JSON.parse(stdout) as PackedPage
}
