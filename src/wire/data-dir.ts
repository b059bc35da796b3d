// DATA_DIR: makes it, for its owner only; its free space; and the secrets that are kept in it.
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MIN_SECRET } from '../config/values.ts'

/** Makes the folder and its files accessible to their owner only, including those that were there before. */
export function makeDataDir(dir: string): void {
  process.umask(0o077)
  try {
    makeFolder(dir)
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      if (entry.isFile()) chmodSync(join(dir, entry.name), 0o600)
      else if (entry.name === 'outbox' && entry.isDirectory()) chmodSync(join(dir, entry.name), 0o700)
    }
  } catch (cause) {
    throw new Error(`DATA_DIR: ${(cause as Error).message}`, { cause })
  }
}

/** With its parents. Node's own `recursive` never ends within folders such as /proc or an automounter's. */
export function makeFolder(dir: string): void {
  const isThere = () => statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true
  if (isThere()) return
  if (dirname(dir) !== dir) makeFolder(dirname(dir))
  try {
    mkdirSync(dir, { mode: 0o700 })
  } catch (error) {
    if (!isThere()) throw error
  }
}

export async function diskOf(dir: string): Promise<{ free: number; size: number }> {
  const { bavail, blocks, bsize } = await statfs(dir)
  return { free: bavail * bsize, size: blocks * bsize }
}

/** A secret in DATA_DIR: made once, readable by its owner only. */
export function keptSecret(dir: string, name: string): string {
  const file = join(dir, name)
  try {
    writeFileSync(file, randomBytes(24).toString('base64url'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const secret = readFileSync(file, 'utf8').trim()
  if (secret.length < MIN_SECRET)
    throw new Error(`${file} holds no usable secret: remove it to have a new one made`)
  return secret
}
