// The side of the fake Mandrill that takes mails: an SMTP server on the loopback.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { readMail, type ReceivedMail } from './mail.ts'

export type Refusal = { readonly code: number; readonly text: string }

type SmtpSide = { readonly url: string; readonly port: number; close(): Promise<void> }

type SmtpOptions = {
  readonly port?: number
  /** Without it, any password will do. */
  readonly password?: string
  /** Asked at RCPT. */
  readonly refuseSubscriber: (email: string) => Refusal | undefined
  /** Takes a mail, or refuses it at the end of DATA. */
  readonly take: (mail: ReceivedMail) => Refusal | undefined
}

/** Mandrill's own bound. */
const MOST_BYTES = 25 * 2 ** 20
const MOST_CLIENTS = 500

export async function openSmtpSide(options: SmtpOptions): Promise<SmtpSide> {
  const { port = 0, password } = options
  const server = new SMTPServer({
    banner: 'the fake Mandrill',
    logger: false,
    disableReverseLookup: true,
    // Nothing of it leaves the machine: a password may go without TLS, and be missing.
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    authOptional: password === undefined,
    size: MOST_BYTES,
    maxClients: MOST_CLIENTS,
    closeTimeout: 100,
    ...answersOf(options),
  })
  server.on('error', () => {}) // of connections that a client drops
  server.listen(port, '127.0.0.1')
  await once(server.server, 'listening')
  const own = (server.server.address() as AddressInfo).port
  return {
    port: own,
    url: `smtp://fake-user:${encodeURIComponent(password ?? 'any-password')}@127.0.0.1:${own}`,
    close: () => new Promise((closed) => server.close(() => closed())),
  }
}

function answersOf({ password, refuseSubscriber, take }: SmtpOptions): SMTPServerOptions {
  return {
    onAuth(auth, _session, done) {
      if (password === undefined || auth.password === password) return done(null, { user: auth.username })
      done(refuse({ code: 535, text: '5.7.8 wrong password' }))
    },
    onRcptTo({ address }, _session, done) {
      const refusal = refuseSubscriber(address)
      done(refusal ? refuse(refusal) : null)
    },
    onData(stream, { envelope }, done) {
      // A connection that breaks off in the middle never ends the stream: such a mail was not taken.
      buffer(stream).then((raw) => {
        const tooLong = stream.sizeExceeded ? { code: 552, text: '5.3.4 too long' } : undefined
        const refusal = tooLong ?? envelope.rcptTo.map(({ address }) => take(readMail(raw, address)))[0]
        if (refusal) done(refuse(refusal))
        else done(null, '2.0.0 Ok: queued')
      }, done)
    },
  }
}

function refuse({ code, text }: Refusal): Error & { responseCode: number } {
  return Object.assign(new Error(text), { responseCode: code })
}
