// What is said over a connection that nodemailer has opened: one command after the other and their replies, in order.
//
// nodemailer's client would take each mail through two streams and its replies one turn at a time: half of a mail's cost.
import type SMTPConnection from 'nodemailer/lib/smtp-connection'

export type Conversation = ReturnType<typeof openConversation>

/** Longer answers are no answers. */
export const ANSWER_BYTES = 64 * 1024

/** `ehlo`: what the server answered to that. */
export function openConversation(connection: SMTPConnection, ehlo: string) {
  const { _socket: socket } = connection
  if (!socket) throw new Error('the connection is closed')
  const heard: string[] = []
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
    else heard.push(whole)
    waiting = undefined
    // One that was not asked for, or that says that no other will come.
    if (expected < 0 || whole.startsWith('421')) end(new Error('the server has closed the connection'))
  }

  function hear(bytes: Buffer): void {
    const lines = (rest + bytes.toString('latin1')).split(/\r?\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '' || reply !== '') take(line)
    if (rest.length + reply.length > ANSWER_BYTES) end(new Error('the answer is too long'))
  }

  socket.removeAllListeners('data').on('data', hear)
  connection.on('error', end)
  connection.once('end', () => end(new Error('the connection was closed')))
  return {
    // What the server can do, as it told in EHLO.
    pipelining: /^\d{3}[ -]PIPELINING\b/im.test(ehlo),
    /** Bytes of a mail at most; 0: it does not say. */
    size: Number(/^\d{3}[ -]SIZE (\d+)/im.exec(ehlo)?.[1] ?? 0),
    isOpen: (): boolean => !connection.destroyed,
    say(text: string | Buffer, replies: number): void {
      expected += replies
      socket.write(text)
    },
    /** The next one, several lines as one text. Throws when the connection ends first. */
    async reply(): Promise<string> {
      const [next] = heard.splice(0, 1)
      if (next !== undefined) return next
      if (connection.destroyed) throw new Error('the connection was closed')
      waiting = Promise.withResolvers<string>()
      return waiting.promise
    },
    hangUp: (): void => end(new Error('the connection was closed')),
  }
}

/** Most servers speak ASCII, some UTF-8; what is neither is kept byte for byte. */
function decode(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text
  const utf8 = Buffer.from(text, 'latin1').toString('utf8')
  return utf8.includes('\ufffd') ? text : utf8
}
