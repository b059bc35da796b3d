// Writes mails as .eml files into a folder, where no mail server is set up.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Mailbox } from '../../core/addresses/mailbox.ts'
import type { Mailer, SendResult } from '../../core/sending/ports.ts'
import type { OutgoingMail } from '../../core/campaigns/ports.ts'
import { emailKey } from '../../core/addresses/address.ts'
import { buildMime, toBytes, unsendable } from './mime.ts'

type OutboxOptions = {
  readonly dir: string
  readonly from: Mailbox
  readonly now?: () => number
  /** Mails in the folder itself. Further ones go into subfolders, so that people can still open it. */
  readonly room?: number
}

const ROOM = 10_000
/** Writing a mail never takes this long: an older draft is left over. */
const DRAFT_MS = 60_000
const CLOSED: SendResult = { kind: 'unreachable', response: 'the outbox is closed' }

export function openOutbox({ dir, from, now = Date.now, room = ROOM }: OutboxOptions): Mailer {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  removeDrafts(dir, now() - DRAFT_MS)
  const write = createWriter(dir, room)
  const underWay = new Set<Promise<SendResult>>()
  let closed = false

  async function attempt(mail: OutgoingMail): Promise<SendResult> {
    try {
      const name = fileName(mail.messageId)
      await write(name, toBytes(buildMime(mail, from, now())))
      return { kind: 'sent', response: `250 2.0.0 written to ${name}` }
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException
      return { kind: 'unreachable', response: `the outbox cannot be written: ${code}` }
    }
  }

  return {
    transport: 'outbox',
    async send(mail) {
      const refusal = closed ? CLOSED : unsendable(mail)
      if (refusal) return refusal
      const attempted = attempt(mail)
      underWay.add(attempted)
      return attempted.finally(() => underWay.delete(attempted))
    },
    async close() {
      closed = true
      await Promise.all(underWay)
    },
  }
}

/** Writes a file completely or not at all, replacing one of the same name. */
function createWriter(dir: string, room: number) {
  let used = readdirSync(dir).length
  let count = 0

  async function placeOf(name: string): Promise<string> {
    const flat = join(dir, name)
    if (used < room || existsSync(flat)) return flat
    const folder = join(dir, createHash('sha256').update(name).digest('hex').slice(0, 2))
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return join(folder, name)
  }

  return async (name: string, bytes: Buffer): Promise<void> => {
    const place = await placeOf(name)
    const draft = join(dir, `.${process.pid}-${++count}.tmp`)
    try {
      await writeFile(draft, bytes, { mode: 0o600 })
      await rename(draft, place)
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {})
      throw error
    }
    used++
  }
}

/**
 * The file name is made from the Message-ID, which holds nothing that a person has typed. Numbers are padded, so that the names
 * are in the order of the mails.
 */
function fileName(messageId: string): string {
  const name = messageId
    .slice(0, messageId.lastIndexOf('@'))
    .replace(
      /(?<=\.)(\d+)-(\d+)$/,
      (_, chunk: string, n: string) => `${chunk.padStart(6, '0')}-${n.padStart(3, '0')}`,
    )
  return /^[a-z0-9][a-z0-9.-]{0,120}$/i.test(name)
    ? `${name}.eml`
    : `${createHash('sha256').update(messageId).digest('hex')}.eml`
}

/** Removes what a crash has left of mails that were being written. */
function removeDrafts(dir: string, before: number): void {
  for (const name of readdirSync(dir).filter((name) => /^\.\d+-\d+\.tmp$/.test(name))) {
    const path = join(dir, name)
    if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < before)
      rmSync(path, { force: true })
  }
}

/** Removes the mails to one recipient (GDPR); returns how many there were. */
export async function eraseFromOutbox(dir: string, email: string): Promise<number> {
  const wanted = emailKey(email)
  let erased = 0
  for (const path of await mailsIn(dir)) {
    const to = await readRecipient(path)
    if (to === undefined || emailKey(to) !== wanted) continue
    await rm(path, { force: true })
    erased++
  }
  return erased
}

async function mailsIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(missing)
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.eml'))
    .map((entry) => join(entry.parentPath, entry.name))
}

function missing(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return []
  throw error
}

/** More than the headers up to To can take. */
const HEAD_BYTES = 4096

async function readRecipient(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined)
  if (!file) return undefined
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const to = /^To: ((?:.|\r\n[ \t])*)\r\n/m.exec(buffer.toString('latin1', 0, bytesRead))?.[1]
    return to && (/<([^<>]*)>$/.exec(to)?.[1] ?? to)
  } finally {
    await file.close()
  }
}
