// One connection to the mail server: opened by nodemailer's client, used for one mail after the other, closed.
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { Lost, SendResult } from '../../../core/sending/ports.ts'
import { classify, clean, type Stage } from './answers.ts'
import { ANSWER_BYTES, openConversation, type Conversation } from './conversation.ts'
import type { SmtpServer } from './url.ts'

export type Envelope = { readonly from: string; readonly to: string }

export type Session = ReturnType<typeof createSession>
export type Deadline = ReturnType<typeof startDeadline>

const CONNECT_MS = 10_000
/** Longer than any deadline, so that deadlines decide. */
const SOCKET_MS = 15 * 60_000
/** A server that takes longer to close its side is hung up on. */
const CLOSE_MS = 1_000
const RESET_MS = 3_000

type Failure = Error & { code?: string; response?: string; command?: string }

/** A time limit whose action may change on the way. */
export function startDeadline(ms: number, answerMs: number) {
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
    whenLate(then: () => void): void {
      act = then
      if (late) act()
    },
    /** The whole mail has been handed over: now there is a new limit, for the server's answer. */
    handedOver(): void {
      clearTimeout(timer)
      if (!late) timer = setTimeout(end, answerMs)
    },
    clear: (): void => clearTimeout(timer),
  }
}

export function openSession(server: SmtpServer, deadline: Deadline): Promise<Session | SendResult> {
  const connection = new SMTPConnection(optionsOf(server))
  const { promise, resolve } = Promise.withResolvers<Session | SendResult>()
  const refuse = (error: Failure): void => {
    const stage = error.command?.startsWith('AUTH') ? 'login' : 'greeting'
    resolve(error.response ? classify(stage, error.response) : unreachable(error.message))
    connection.close()
  }
  connection.on('error', refuse)
  connection.once('end', () => resolve(unreachable('the server has closed the connection')))
  deadline.whenLate(() => refuse(new Error('the server took too long to greet')))
  connection.connect((error) => {
    if (error) return refuse(error)
    const ehlo = connection.lastServerResponse || ''
    const begin = () => resolve(createSession(openConversation(connection, ehlo)))
    if (!server.auth) return begin()
    connection.login(server.auth, (error) => (error ? refuse(error) : begin()))
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
    tls: { rejectUnauthorized: !local },
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    socketTimeout: SOCKET_MS,
    socketCloseTimeout: CLOSE_MS,
    maxResponseSize: ANSWER_BYTES,
  }
}

function createSession(talk: Conversation) {
  let used = 0
  return {
    get used() {
      return used
    },
    /** False once either side has hung up. */
    isOpen: talk.isOpen,
    /** Bounded by the deadline; never throws. */
    async send(envelope: Envelope, mail: Buffer, deadline: Deadline): Promise<SendResult> {
      used++
      const result = await transmit(talk, envelope, mail, deadline)
      // After a refusal the server still has the mail's sender (RFC 5321, section 4.1.4).
      if (result.kind !== 'sent' && talk.isOpen()) await ask(talk, 'RSET', RESET_MS)
      return result
    },
    quit: (): void => void ask(talk, 'QUIT', CLOSE_MS).then(talk.hangUp),
  }
}

/** If the server does not answer in time, or refuses, the connection is closed: the mail's outcome is known already. */
async function ask(talk: Conversation, command: string, ms: number): Promise<void> {
  const timer = setTimeout(talk.hangUp, ms)
  talk.say(`${command}\r\n`, 1)
  const reply = await talk.reply().catch(() => '')
  clearTimeout(timer)
  if (!reply.startsWith('2')) talk.hangUp()
}

async function transmit(
  talk: Conversation,
  envelope: Envelope,
  mail: Buffer,
  deadline: Deadline,
): Promise<SendResult> {
  if (talk.size > 0 && mail.length > talk.size)
    return {
      kind: 'failed',
      response: `the server accepts mails up to a size of ${talk.size} bytes`,
      unknownRecipient: false,
    }
  let handedOver = false
  deadline.whenLate(talk.hangUp)
  try {
    const refused = await introduce(talk, envelope, mail.length)
    if (refused) return lostIf(refused, 'midway')
    handedOver = true
    deadline.handedOver()
    talk.say(Buffer.concat([dotted(mail), END]), 1)
    const reply = await talk.reply()
    return reply.startsWith('2')
      ? { kind: 'sent', response: clean(reply) }
      : lostIf(classify('mail', reply), 'in doubt')
  } catch (error) {
    const why = deadline.late ? 'the server took too long to answer' : (error as Error).message
    return { kind: 'unreachable', response: clean(why), lost: handedOver ? 'in doubt' : 'midway' }
  }
}

/** MAIL, RCPT and DATA: why the server refuses; undefined if it waits for the mail. */
async function introduce(
  talk: Conversation,
  { from, to }: Envelope,
  size: number,
): Promise<SendResult | undefined> {
  const sender = `MAIL FROM:<${from}>${talk.size > 0 ? ` SIZE=${size}` : ''}\r\n`
  const commands = [sender, `RCPT TO:<${to}>\r\n`, 'DATA\r\n']
  if (talk.pipelining) talk.say(commands.join(''), commands.length)
  let refused: { readonly stage: Stage; readonly result: SendResult } | undefined
  for (const [n, stage] of (['sender', 'recipient', 'mail'] as const).entries()) {
    if (!talk.pipelining) talk.say(commands[n] ?? '', 1)
    const reply = await talk.reply()
    const isAccepted = reply.startsWith('2') || (stage === 'mail' && reply.startsWith('3'))
    if (refused && isAccepted && stage === 'mail') await sendNothing(talk, refused.stage)
    if (!isAccepted) refused ??= { stage, result: classify(stage, reply) }
    if (refused && !(talk.pipelining && talk.isOpen())) break
  }
  return refused?.result
}

/** The server accepts DATA without a recipient: an empty mail ends that. Without a sender, hanging up is the safe way. */
async function sendNothing(talk: Conversation, refused: Stage): Promise<void> {
  if (refused === 'sender') return talk.hangUp()
  talk.say('.\r\n', 1)
  await talk.reply()
}

/** RFC 5321, section 4.5.2. Our mails consist of whole lines and begin with a header. */
function dotted(mail: Buffer): Buffer {
  return mail.includes('\n.')
    ? Buffer.from(mail.toString('latin1').replaceAll('\n.', '\n..'), 'latin1')
    : mail
}

const END = Buffer.from('.\r\n')

const lostIf = (result: SendResult, lost: Lost): SendResult =>
  result.kind === 'unreachable' ? { ...result, lost } : result

const unreachable = (why: string): SendResult => ({ kind: 'unreachable', response: clean(why) })
