// Sends mails over SMTP: connections are reused, every answer becomes an outcome, and everything has a time limit.
import { domainOf } from '../../../core/addresses/address.ts'
import type { Log } from '../../../core/log.ts'
import { toSmtpAddress, type Mailbox } from '../../../core/addresses/mailbox.ts'
import type { Mailer, SendResult } from '../../../core/sending/ports.ts'
import type { OutgoingMail } from '../../../core/campaigns/ports.ts'
import type { Dkim } from '../dkim.ts'
import { buildMime, toBytes, unsendable } from '../mime.ts'
import { openSessions, type Limits } from './pool.ts'
import { startDeadline } from './session.ts'
import { readSmtpUrl } from './url.ts'

export type SmtpOptions = {
  readonly url: string
  readonly from: Mailbox
  readonly dkim?: Dkim | undefined
  readonly log: Log
  readonly now?: () => number
  /** Connections at once at most; further mails wait for a free one. The lanes' own bounds are lower. */
  readonly connections?: number
  readonly limits?: Partial<Limits>
  /** Whether a host is this machine, which needs no TLS. */
  readonly isLocal?: (host: string) => boolean
}

const LIMITS: Limits = { sendMs: 30_000, answerMs: 120_000, idleMs: 10_000, mailsPerConnection: 100 }
const CONNECTIONS = 100

export function openSmtpMailer(options: SmtpOptions): Mailer {
  const { url, from, dkim, log, now = Date.now, connections = CONNECTIONS } = options
  const server = readSmtpUrl(url, options.isLocal)
  const limits = { ...LIMITS, ...options.limits }
  const sender = toSmtpAddress(from.address) ?? ''
  const sessions = openSessions(server, connections, limits)
  const redact = redactor(server.auth)
  const tellOutage = createOutageLog(log, `${server.host}:${server.port}`)
  warnOfForeignSignature(log, sender, dkim)

  async function toWire(mail: OutgoingMail): Promise<Buffer> {
    const mime = buildMime(mail, from, now())
    if (!dkim) return toBytes(mime)
    return toBytes({ ...mime, headers: [await dkim.sign(mime), ...mime.headers] })
  }

  async function send(mail: OutgoingMail): Promise<SendResult> {
    const refusal = unsendable(mail)
    if (refusal) return refusal
    const envelope = { from: sender, to: toSmtpAddress(mail.to.address) ?? '' }
    const deadline = startDeadline(limits.sendMs, limits.answerMs)
    try {
      const result = await sessions.send(envelope, () => toWire(mail), deadline)
      const redacted = { ...result, response: redact(result.response) }
      tellOutage(redacted, mail.messageId)
      return redacted
    } finally {
      deadline.clear()
    }
  }

  return { transport: 'smtp', send, close: () => sessions.close() }
}

/** Some servers repeat in their answers what they were sent, credentials too. */
function redactor(auth: { user: string; pass: string } | undefined): (text: string) => string {
  if (!auth) return (text) => text
  const plain = Buffer.from(`\0${auth.user}\0${auth.pass}`).toString('base64')
  const secrets = [plain, Buffer.from(auth.pass).toString('base64'), auth.pass]
  return (text) => secrets.reduce((left, secret) => left.replaceAll(secret, '***'), text)
}

/** Logs the beginning and the end of an outage, not each mail in it. */
function createOutageLog(log: Log, server: string) {
  let reachable = true
  return (result: SendResult, messageId: string): void => {
    const { kind, response } = result
    if (kind === 'unreachable' && result.lost === 'in doubt')
      log.warn({ server, messageId, response }, 'the connection was lost after a mail: it may arrive twice')
    if ((kind !== 'unreachable') === reachable) return
    reachable = !reachable
    if (reachable) log.info({ server }, 'the mail server can be reached again')
    else log.warn({ server, response }, 'the mail server cannot be reached')
  }
}

/** DMARC ignores a signature of another domain than the sender's (RFC 7489, section 3.1.1). */
function warnOfForeignSignature(log: Log, sender: string, dkim: Dkim | undefined): void {
  const domain = domainOf(sender)
  if (
    !dkim ||
    domain === dkim.domain ||
    domain.endsWith(`.${dkim.domain}`) ||
    dkim.domain.endsWith(`.${domain}`)
  )
    return
  log.warn(
    { from: domain, dkim: dkim.domain },
    'DKIM_DOMAIN is not the domain of MAIL_FROM, so DMARC will not count the signature',
  )
}
