// A mail server that says what a test wants, at any step, or hangs up, or falls silent. Below smtp-server, which is
// too well-behaved for that.
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

export type Step =
  'greeting' | 'ehlo' | 'starttls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body' | 'rset' | 'quit'

/** An answer; or drop the connection, with or without an answer first; or say nothing, for a while or for good. */
export type Behaviour = string | 'drop' | 'silence' | { readonly last: string } | { readonly afterMs: number }

export type Script = (
  step: Step,
  about: { line: string; connection: number; mail: number },
) => Behaviour | undefined

const COMMANDS: Readonly<Record<string, Step>> = {
  EHLO: 'ehlo',
  HELO: 'ehlo',
  STARTTLS: 'starttls',
  AUTH: 'auth',
  MAIL: 'mail',
  RCPT: 'rcpt',
  DATA: 'data',
  RSET: 'rset',
  QUIT: 'quit',
}

const POLITE: Readonly<Record<Step, string>> = {
  greeting: '220 test ESMTP',
  ehlo: '250-test\r\n250-PIPELINING\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 1000000',
  starttls: '502 5.5.1 not implemented',
  auth: '235 2.7.0 welcome',
  mail: '250 2.1.0 ok',
  rcpt: '250 2.1.5 ok',
  data: '354 go ahead',
  body: '250 2.0.0 queued',
  rset: '250 2.0.0 ok',
  quit: '221 2.0.0 bye',
}

export type ScriptedServer = Awaited<ReturnType<typeof startScriptedSmtp>>

export async function startScriptedSmtp(script: Script = () => undefined) {
  const sockets = new Set<Socket>()
  const steps: Step[] = []
  const taken: string[] = []
  let connections = 0
  let mails = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    converse(socket, ++connections)
  })

  function converse(socket: Socket, connection: number): void {
    let text = ''
    let inData = false
    let refused = false
    const act = (step: Step, line = ''): void => {
      steps.push(step)
      if (step === 'mail') mails++
      const polite = step === 'data' && refused ? '503 5.5.1 no valid recipients' : POLITE[step]
      const told = script(step, { line, connection, mail: mails }) ?? polite
      const isSlow = typeof told === 'object' && 'afterMs' in told
      const chosen = isSlow ? polite : told
      if (chosen === 'silence') return
      if (chosen === 'drop') return void socket.destroy()
      if (typeof chosen !== 'string') return void socket.end(`${chosen.last}\r\n`)
      if (step === 'mail') refused = false
      if (step === 'mail' || step === 'rcpt') refused ||= !chosen.startsWith('2')
      inData = step === 'data' && chosen.startsWith('354')
      if (inData) text = `\r\n${text}` // the end of an empty mail, too, is a dot on a line of its own
      if (step === 'body' && chosen.startsWith('2')) taken.push(line.slice(2))
      const answer = () => socket.write(`${chosen}\r\n`)
      if (isSlow) setTimeout(answer, told.afterMs)
      else answer()
      if (step === 'quit') socket.end()
    }
    act('greeting')
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      for (;;) {
        const end = inData ? '\r\n.\r\n' : '\r\n'
        const at = text.indexOf(end)
        if (at < 0 || socket.destroyed) return
        const line = text.slice(0, at)
        text = text.slice(at + end.length)
        if (inData) act('body', line)
        else act(COMMANDS[line.split(' ')[0]?.toUpperCase() ?? ''] ?? 'rset', line)
      }
    })
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `smtp://127.0.0.1:${port}`,
    /** What it was asked, in order. */
    steps,
    /** Bodies that it answered with 2xx. */
    taken,
    connections: () => connections,
    openConnections: () => sockets.size,
    /** Hangs up on everybody. */
    dropAll: () => sockets.forEach((socket) => socket.destroy()),
    async close(): Promise<void> {
      sockets.forEach((socket) => socket.destroy())
      server.close()
      await once(server, 'close')
    },
  }
}
