// One connection to the mail server, over nodemailer's SMTP client: opened, used for mail after mail, closed.
import { Readable } from 'node:stream'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { SendResult } from '../../../core/sending/ports.ts'
import { classify, clean, type Stage } from './answers.ts'
import type { SmtpServer } from './url.ts'

export type Envelope = { readonly from: string; readonly to: string }

export type Session = {
  /** Mails that were given to it. */
  readonly used: number
  /** False as soon as either side has hung up. */
  isOpen(): boolean
  /** Bounded by the deadline; never throws. */
  send(envelope: Envelope, mail: Buffer, deadline: Deadline): Promise<SendResult>
  /** Says goodbye. */
  quit(): void
}

/** Something that may take only so long; what is to be done when it takes longer changes on the way. */
export type Deadline = {
  readonly late: boolean
  whenLate(act: () => void): void
  /** The whole mail has been handed over: now it waits for the answer that says whether it was taken. */
  handedOver(): void
  clear(): void
}

const CONNECT_MS = 10_000
/** Longer than any deadline: those decide. */
const SOCKET_MS = 15 * 60_000
/** A server that closes its side more slowly is hung up on. */
const CLOSE_MS = 1_000
const RESET_MS = 3_000
/** Longer answers are no answers. */
const ANSWER_BYTES = 64 * 1024

type Failure = Error & { code?: string; response?: string; command?: string }

export function startDeadline(ms: number, answerMs: number): Deadline {
  let late = false
  let act = () => {}
  const end = () => {
    late = true
    act()
  }
  let timer = setTimeout(end, ms)
  return {
    get late() {
      return late
    },
    whenLate(then) {
      act = then
      if (late) act()
    },
    handedOver() {
      clearTimeout(timer)
      if (!late) timer = setTimeout(end, answerMs)
    },
    clear: () => clearTimeout(timer),
  }
}

/** The session, or why there is none. */
export function openSession(server: SmtpServer, deadline: Deadline): Promise<Session | SendResult> {
  const connection = new SMTPConnection(optionsOf(server))
  const { promise, resolve } = Promise.withResolvers<Session | SendResult>()
  const refuse = (error: Failure): void => {
    resolve(resultOf(error, error.command?.startsWith('AUTH') ? 'login' : 'greeting'))
    connection.close()
  }
  connection.on('error', refuse)
  connection.once('end', () => resolve(unreachable('the server has closed the connection')))
  deadline.whenLate(() => refuse(new Error('the server took too long to greet')))
  connection.connect((error) => {
    if (error) return refuse(error)
    if (!server.auth) return resolve(createSession(connection))
    connection.login(server.auth, (error) => (error ? refuse(error) : resolve(createSession(connection))))
  })
  return promise
}

function optionsOf({ host, port, secure, local, name }: SmtpServer) {
  return {
    host,
    port,
    secure,
    requireTLS: !local && !secure,
    name,
    tls: { rejectUnauthorized: !local, minVersion: 'TLSv1.2' as const },
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    socketTimeout: SOCKET_MS,
    socketCloseTimeout: CLOSE_MS,
    maxResponseSize: ANSWER_BYTES,
  }
}

function createSession(connection: SMTPConnection): Session {
  let used = 0
  return {
    get used() {
      return used
    },
    isOpen: () => !connection.destroyed,
    async send(envelope, mail, deadline) {
      used++
      const result = await transmit(connection, envelope, mail, deadline)
      // A refused mail leaves its sender behind on the server (RFC 5321, section 4.1.4).
      if (result.kind !== 'sent' && !connection.destroyed) await reset(connection)
      return result
    },
    quit() {
      connection.quit()
      setTimeout(() => connection.close(), CLOSE_MS).unref()
    },
  }
}

function transmit(
  connection: SMTPConnection,
  envelope: Envelope,
  mail: Buffer,
  deadline: Deadline,
): Promise<SendResult> {
  const { promise, resolve } = Promise.withResolvers<SendResult>()
  let handedOver = false
  // The client reads a stream only after the server's "go ahead": from then on the mail may have been taken.
  const body = new Readable({
    read() {
      handedOver = true
      deadline.handedOver()
      this.push(mail)
      this.push(null)
    },
  })
  const fail = (error: Failure): void => {
    const result = resultOf(error, stageOf(error))
    resolve(result.kind === 'unreachable' ? { ...result, lost: handedOver ? 'in doubt' : 'midway' } : result)
  }
  deadline.whenLate(() => {
    connection.close()
    fail(new Error('the server took too long to answer'))
  })
  connection.send({ from: envelope.from, to: [envelope.to], size: mail.length }, body, (error, info) =>
    error || !info
      ? fail(error ?? new Error('no answer'))
      : resolve({ kind: 'sent', response: clean(info.response) }),
  )
  return promise
}

/** A server that is silent now is hung up on: what became of the mail is known. */
function reset(connection: SMTPConnection): Promise<void> {
  return new Promise((done) => {
    connection.once('end', done)
    const timer = setTimeout(() => connection.close(), RESET_MS)
    connection.reset((error) => {
      clearTimeout(timer)
      connection.off('end', done)
      if (error) connection.close()
      done()
    })
  })
}

function stageOf({ command = '' }: Failure): Stage {
  if (command.startsWith('MAIL')) return 'sender'
  return command.startsWith('RCPT') ? 'recipient' : 'mail'
}

function resultOf(error: Failure, stage: Stage): SendResult {
  // nodemailer has read the server's SIZE, and does not even begin.
  if (error.code === 'EMESSAGE' && !error.response)
    return { kind: 'failed', response: clean(error.message), unknownRecipient: false }
  // An answer to nothing that was asked.
  if (!error.response || (error.code === 'EPROTOCOL' && stage === 'mail')) return unreachable(error.message)
  return classify(stage, error.response)
}

const unreachable = (why: string): SendResult => ({ kind: 'unreachable', response: clean(why) })
