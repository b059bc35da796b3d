// Sending: mails of about 2 KB to postfix's smtp-sink over ten connections, beside bare nodemailer and smtp-source.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Sender } from '../bare/sender.ts'
import { interleave, type Contender, type Plan } from '../harness.ts'
import { answersOk, freePort, launch, type Cpu } from '../processes.ts'
import { cpuResult, type Result } from '../report.ts'

const [HUB, NODEMAILER] = ['hub', 'nodemailer, its own pool']
export const SMTP_SOURCE = 'smtp-source (C, one ready mail)'
export const CONNECTIONS = 10
const MAIL_BYTES = 2_100
/** A run of smtp-source: long enough that its start does not count. */
const MAILS_A_RUN = 2_000
const TICK_MS = 10

export async function mailer(plan: Plan): Promise<Result> {
  const contenders: Contender[] = []
  const sink = await startSink()
  try {
    contenders.push(await sender(NODEMAILER, 'nodemailer', sink.port))
    contenders.push(await sender(HUB, 'hub', sink.port))
    contenders.push(await sender('nodemailer, DKIM', 'nodemailer-dkim', sink.port))
    contenders.push(await sender('the hub, DKIM', 'hub-dkim', sink.port))
    contenders.push(smtpSource(sink.port))
    const samples = await interleave(contenders, plan)
    return cpuResult('Mailer alone: mails of 2 KB to smtp-sink over ten connections', 'mail', samples, [
      { of: HUB, to: SMTP_SOURCE, expected: 1.6 },
      { of: HUB, to: NODEMAILER, expected: 0.3 },
    ])
  } finally {
    for (const { close } of contenders) await close()
    await sink.close()
  }
}

export async function startSink(): Promise<{ port: number; close(): Promise<void> }> {
  const port = await freePort()
  const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const sink = await launch({
    command: '/usr/sbin/smtp-sink',
    args: [...asNobody, `127.0.0.1:${port}`, '1000'],
    core: 'load',
    ready: () => accepts(port),
  })
  return { port, close: () => sink.stop() }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

async function sender(name: string, kind: Sender, sink: number): Promise<Contender> {
  const port = await freePort()
  const server = await launch({
    command: process.execPath,
    args: [fileURLToPath(new URL('../bare/sender.ts', import.meta.url))],
    env: { PORT: String(port), SINK: String(sink), SENDER: kind },
    ready: () => answersOk(`http://127.0.0.1:${port}/`),
  })
  return {
    name,
    server,
    stores: [],
    async load(ms) {
      const answer = await fetch(`http://127.0.0.1:${port}/${ms}`)
      if (!answer.ok) throw new Error(`${name}: ${await answer.text()}`)
      return Number(await answer.text())
    },
    close: () => server.stop(),
  }
}

/** Postfix's own load generator, in C: it writes one ready mail, and no names into it. */
export function smtpSource(sink: number): Contender {
  const pin =
    availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0
      ? ['taskset', '-c', '0']
      : []
  const words = ['-s', CONNECTIONS, '-m', MAILS_A_RUN, '-l', MAIL_BYTES, `127.0.0.1:${sink}`].map(String)
  const [command = '', ...args] = [
    ...pin,
    '/usr/sbin/smtp-source',
    '-f',
    'news@example.com',
    '-t',
    'reader@example.org',
    ...words,
  ]
  return {
    name: SMTP_SOURCE,
    server: {
      pid: process.pid,
      startedMs: 0,
      cpu: cpuOfChildren,
      memory: () => ({ now: 0, peak: 0 }),
      ended: Promise.resolve(),
      stop: async () => {},
    },
    stores: [],
    async load(ms) {
      const end = performance.now() + ms
      let sent = 0
      for (; performance.now() < end; sent += MAILS_A_RUN) {
        const [code] = await once(spawn(command, args, { stdio: 'ignore' }), 'exit')
        if (code !== 0) throw new Error(`smtp-source ended with ${code}`)
      }
      return sent
    },
    close: async () => {},
  }
}

/** CPU time of the children that have ended: proc_pid_stat(5), fields 16 and 17. */
function cpuOfChildren(): Cpu {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const allMs = (Number(fields[13]) + Number(fields[14])) * TICK_MS
    return { allMs, mainMs: allMs }
  } catch {
    return { allMs: 0, mainMs: 0 }
  }
}
