// Commands and replies, in order, over a connection that nodemailer has opened.
//
// nodemailer's client itself would pass each mail through two streams and wait a turn for each reply: half of a mail's cost.
import type SMTPConnection from 'nodemailer/lib/smtp-connection'

export type Conversation = ReturnType<typeof openConversation>

/** A longer answer ends the connection. */
export const ANSWER_BYTES = 64 * 1024

/** `ehlo`: the server's answer to EHLO. */
export function openConversation(connection: SMTPConnection, ehlo: string) {
  const { _socket: socket } = connection
  if (!socket) throw new Error('the connection is closed')
  const replies: string[] = []
  let waiting: PromiseWithResolvers<string> | undefined
  let expected = 0
  let rest = ''
  let reply = ''

  function end(error: Error): void {
    waiting?.reject(error)
    waiting = undefined
    connection.close()
  }

  function take(line: string): void {
    reply += reply === '' ? line : `\n${line}`
    if (/^\d{3}-/.test(line)) return
    const whole = decode(reply)
    reply = ''
    expected -= 1
    if (waiting) waiting.resolve(whole)
    else replies.push(whole)
    waiting = undefined
    // A reply that was not asked for, or one that says that the server will not go on.
    if (expected < 0 || whole.startsWith('421')) end(new Error('the server has closed the connection'))
  }

  function onData(bytes: Buffer): void {
    const lines = (rest + bytes.toString('latin1')).split(/\r?\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '' || reply !== '') take(line)
    if (rest.length + reply.length > ANSWER_BYTES) end(new Error('the answer is too long'))
  }

  socket.removeAllListeners('data').on('data', onData)
  connection.on('error', end)
  connection.once('end', () => end(new Error('the connection was closed')))
  return {
    // What the server can do, according to EHLO.
    pipelining: /^\d{3}[ -]PIPELINING\b/im.test(ehlo),
    /** The most bytes of a mail; 0: unknown. */
    size: Number(/^\d{3}[ -]SIZE (\d+)/im.exec(ehlo)?.[1] ?? 0),
    isOpen: (): boolean => !connection.destroyed,
    say(text: string | Buffer, expectedReplies: number): void {
      expected += expectedReplies
      socket.write(text)
    },
    /** The next reply, its lines as one text. Throws if the connection ends first. */
    async reply(): Promise<string> {
      const next = replies.shift()
      if (next !== undefined) return next
      if (connection.destroyed) throw new Error('the connection was closed')
      waiting = Promise.withResolvers<string>()
      return waiting.promise
    },
    hangUp: (): void => end(new Error('the connection was closed')),
  }
}

/** Most servers use ASCII, some UTF-8; other bytes are kept as they are. */
function decode(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text
  const utf8 = Buffer.from(text, 'latin1').toString('utf8')
  return utf8.includes('\ufffd') ? text : utf8
}
