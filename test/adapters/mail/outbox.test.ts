// The outbox against the contract, and what only files can have.
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eraseFromOutbox, openOutbox } from '../../../src/adapters/mail/outbox.ts'
import { mailerContract, type MailerLab } from '../../contracts/sending/mailer.ts'
import { aMail, CAMPAIGN_ID, FROM, readMail } from '../../support/sending/mails.ts'

async function mailsIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

async function openLab(): Promise<MailerLab> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-outbox-'))
  const dir = join(folder, 'outbox')
  return {
    transport: 'outbox',
    open: () => openOutbox({ dir, from: FROM }),
    arrived: async () => Promise.all((await mailsIn(dir)).map((path) => readFile(path))),
    async outage() {
      await rename(dir, join(folder, 'away'))
      await writeFile(dir, 'not a folder')
    },
    async repair() {
      await rm(dir)
      await rename(join(folder, 'away'), dir)
    },
    close: () => rm(folder, { recursive: true }),
  }
}

describe('the outbox', () => {
  mailerContract(openLab)

  let dir: string
  beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'hub-outbox-'))))
  afterEach(() => rm(dir, { recursive: true }))
  const mailTo = (n: string, address = 'yuna@example.org', name = '') =>
    aMail({ to: { name, address }, messageId: `${CAMPAIGN_ID}.${n}@example.com` })

  test('names files in the order of the mails', async () => {
    const outbox = openOutbox({ dir, from: FROM })
    for (const n of ['10-1', '2-10', '2-9', '1-500']) await outbox.send(mailTo(n))
    expect(await readdir(dir)).toEqual([
      `${CAMPAIGN_ID}.000001-500.eml`,
      `${CAMPAIGN_ID}.000002-009.eml`,
      `${CAMPAIGN_ID}.000002-010.eml`,
      `${CAMPAIGN_ID}.000010-001.eml`,
    ])
  })

  test('writes a mail that is sent again over itself', async () => {
    const outbox = openOutbox({ dir, from: FROM })
    await outbox.send({ ...mailTo('1-1'), subject: 'first' })
    await outbox.send({ ...mailTo('1-1'), subject: 'second' })
    const [path = '', ...more] = await mailsIn(dir)
    expect(more).toEqual([])
    expect((await readMail(await readFile(path))).subject).toBe('second')
  })

  test('puts nothing of a hostile Message-ID into a path', async () => {
    const outbox = openOutbox({ dir, from: FROM })
    await outbox.send(aMail({ messageId: '../../etc/passwd@example.com' }))
    await outbox.send(aMail({ messageId: '.hidden@example.com' }))
    for (const name of await readdir(dir)) expect(name).toMatch(/^[0-9a-f]{64}\.eml$/)
  })

  test('beyond its room it uses folders within, and still finds every mail again', async () => {
    const numbers = Array.from({ length: 30 }, (_, n) => `1-${n}`)
    const outbox = openOutbox({ dir, from: FROM, room: 10 })
    for (const n of numbers) await outbox.send(mailTo(n))
    const again = openOutbox({ dir, from: FROM, room: 10 })
    for (const n of numbers) await again.send(mailTo(n))
    expect((await mailsIn(dir)).length).toBe(30)
    expect((await readdir(dir)).filter((name) => name.endsWith('.eml')).length).toBe(10)
  })

  test('leaves no half-written mail behind after a crash', async () => {
    await writeFile(join(dir, '.4711-1.tmp'), 'To: half')
    openOutbox({ dir, from: FROM, now: () => Date.now() + 3_600_000 })
    expect(await readdir(dir)).toEqual([])
  })

  test('erases the mails to one recipient, whatever the case and wherever they lie, and no other', async () => {
    const outbox = openOutbox({ dir, from: FROM, room: 2 })
    await outbox.send(mailTo('1-1', 'Yuna@Example.org', '김유나 '.repeat(40)))
    await outbox.send(mailTo('1-2', 'min@example.org', 'yuna@example.org'))
    await outbox.send(mailTo('1-3', 'yuna@example.org'))
    await outbox.send(mailTo('1-4', 'yuna@bücher.example'))
    expect(await eraseFromOutbox(dir, 'YUNA@example.ORG')).toBe(2)
    expect(await eraseFromOutbox(dir, 'yuna@BÜCHER.example')).toBe(1)
    const left = await Promise.all((await mailsIn(dir)).map(async (path) => readMail(await readFile(path))))
    expect(left.map((mail) => mail.to?.[0]?.address)).toEqual(['min@example.org'])
  })

  test('erasing where there is no outbox finds nothing', async () => {
    expect(await eraseFromOutbox(join(dir, 'none'), 'yuna@example.org')).toBe(0)
  })
})
