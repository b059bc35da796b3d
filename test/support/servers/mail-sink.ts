// A real mail server for tests (smtp-server): keeps what it takes, can ask for a password and speak TLS.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

type TakenMail = {
  readonly from: string
  readonly to: readonly string[]
  readonly raw: Buffer
  /** As whom the client signed in. */
  readonly user: string | undefined
  readonly secure: boolean
}

export type MailSink = Awaited<ReturnType<typeof startMailSink>>

type Settings = Pick<SMTPServerOptions, 'secure' | 'onRcptTo'> & {
  readonly port?: number
  readonly account?: { readonly user: string; readonly pass: string }
  /** Offers TLS, with smtp-server's own certificate, for which nobody vouches. */
  readonly tls?: boolean
}

export async function startMailSink({ port = 0, account, tls, ...options }: Settings = {}) {
  const mails: TakenMail[] = []
  let connections = 0
  const server = new SMTPServer({
    logger: false,
    disableReverseLookup: true,
    disabledCommands: [...(account ? [] : ['AUTH']), ...(tls ? [] : ['STARTTLS'])],
    allowInsecureAuth: true,
    closeTimeout: 100,
    onConnect(_session, done) {
      connections++
      done()
    },
    onAuth({ username, password }, _session, done) {
      if (username === account?.user && password === account?.pass) return done(null, { user: username })
      done(Object.assign(new Error('5.7.8 wrong user or password'), { responseCode: 535 }))
    },
    onData(stream, { envelope, user, secure }, done) {
      const from = envelope.mailFrom ? envelope.mailFrom.address : ''
      const to = envelope.rcptTo.map(({ address }) => address)
      buffer(stream).then((raw) => {
        mails.push({ from, to, raw, user, secure })
        done(null, '2.0.0 taken')
      }, done)
    },
    ...options,
  })
  server.on('error', () => {}) // of connections that a client drops
  server.listen(port, '127.0.0.1')
  await once(server.server, 'listening')
  const address = server.server.address() as AddressInfo
  return {
    port: address.port,
    host: `127.0.0.1:${address.port}`,
    url: `smtp://127.0.0.1:${address.port}`,
    mails,
    connections: () => connections,
    close: () => new Promise<void>((done) => server.close(() => done())),
  }
}
