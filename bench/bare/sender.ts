// A process that sends mails to a sink for as long as it is asked to: the hub's mailer, or bare nodemailer.
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { createDkim } from '../../src/adapters/mail/dkim.ts'
import { readHtml } from '../../src/adapters/mail/html-reading.ts'
import { createHtmlToText } from '../../src/adapters/mail/html-to-text.ts'
import { openSmtpMailer } from '../../src/adapters/mail/smtp/smtp.ts'
import { createLinks } from '../../src/core/campaigns/mail/links.ts'
import { compileMail } from '../../src/core/campaigns/mail/message.ts'
import type { OutgoingMail } from '../../src/core/campaigns/ports.ts'

export type Sender = 'hub' | 'hub-dkim' | 'nodemailer' | 'nodemailer-dkim'

const CONNECTIONS = 10
const { PORT, SINK, SENDER } = process.env
const sink = { host: '127.0.0.1', port: Number(SINK) }
const from = { name: 'News', address: 'news@example.com' }

const compiled = compileMail(
  {
    id: '01a2b3c4-0000-7000-8000-000000000001',
    subject: 'News for {{name|you}}',
    content: `<h1>Hello {{name|friend}}</h1>${'<p>Something new &amp; <b>useful</b>, <a href="https://example.com/a">read on</a>.</p>'.repeat(4)}`,
    text: null,
    preheader: null,
    replyTo: null,
    tag: 'bench',
  },
  {
    from,
    list: { name: 'News', address: '' },
    replyTo: null,
    unsubscribeUrl: createLinks('secret', 'https://hub.example.com').unsubscribeUrl,
    htmlToText: createHtmlToText(),
    readHtml,
  },
)
let count = 0
const nextMail = (): OutgoingMail =>
  compiled.mail({
    id: `1-${++count}`,
    subscriberId: '01a2b3c4-0000-7000-8000-000000000002',
    email: `reader${count}@example.org`,
    name: `Reader ${count}`,
  })

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
})
const log = { info: () => {}, warn: console.error, error: console.error }

function hub(signed: boolean): () => Promise<unknown> {
  const dir = mkdtempSync(join(tmpdir(), 'hub-bench-'))
  const keyFile = join(dir, 'key.pem')
  writeFileSync(keyFile, key)
  const dkim = signed ? createDkim({ domain: 'example.com', selector: 's', keyFile }) : undefined
  rmSync(dir, { recursive: true })
  const mailer = openSmtpMailer({ url: `smtp://127.0.0.1:${SINK}`, from, dkim, log })
  return async () => {
    const result = await mailer.send(nextMail())
    if (result.kind !== 'sent') throw new Error(result.response)
  }
}

function nodemailer(signed: boolean): () => Promise<unknown> {
  const dkim = signed ? { domainName: 'example.com', keySelector: 's', privateKey: String(key) } : undefined
  const pool = { pool: true as const, maxConnections: CONNECTIONS, maxMessages: 100, ignoreTLS: true }
  const transport = createTransport({ ...pool, ...sink, ...(dkim && { dkim }) })
  return () => {
    const { to, subject, html, text, headers, messageId } = nextMail()
    return transport.sendMail({ from, to, subject, html, text, headers: { ...headers }, messageId })
  }
}

const SENDERS: Readonly<Record<Sender, () => () => Promise<unknown>>> = {
  hub: () => hub(false),
  'hub-dkim': () => hub(true),
  nodemailer: () => nodemailer(false),
  'nodemailer-dkim': () => nodemailer(true),
}
const send = SENDERS[SENDER as Sender]()

async function sendFor(ms: number): Promise<number> {
  const end = performance.now() + ms
  const before = count
  const keepSending = async () => {
    while (performance.now() < end) await send()
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, keepSending))
  return count - before
}

createServer((request, response) => {
  const ms = Number(request.url?.slice(1))
  if (!ms) return response.end('ready')
  sendFor(ms).then(
    (sent) => response.end(String(sent)),
    (error: Error) => response.writeHead(500).end(error.message),
  )
}).listen(Number(PORT), '127.0.0.1')
