// The hub of the demo: a process of its own, with made-up keys, that is stopped with the demo.
import { spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export type Greeting = { readonly link: string; readonly hint: string }

export type DemoHub = {
  readonly child: ChildProcess
  /** Where it can be reached from here. */
  readonly address: string
  readonly publicUrl: string
  /** Where to open it, and how one gets in: only a token of the hub's own is in the link. */
  readonly greeting: Promise<Greeting>
  /** Of the API; '' where none is asked. */
  readonly token: Promise<string>
}

/** What a .env file says is for the real hub: its stores, secrets and addresses must not get what is made up here. */
const OWN = {
  REDIS_URL: '',
  DATABASE_URL: '',
  SMTP_URL: '',
  API_TOKEN: '',
  DATA_DIR: './data-demo',
  LOG_LEVEL: 'warn',
  // Slow enough to be watched, and tried again soon enough to see the end.
  RETRY_DELAYS: '20,40,60',
  MAIL_LANES: JSON.stringify([
    { name: 'naver', domains: ['naver.example'], connections: 4, per_second: 60 },
    { name: 'google', domains: ['gmail.example'], connections: 4, per_second: 60 },
    { name: 'default', domains: [], connections: 4, per_second: 60 },
  ]),
  // A single complaint among the first hundred subscribers would pause the campaign, and there would be less to see.
  PAUSE_COMPLAINT_RATE: '0.05',
}

/** An empty DATA_DIR would be that of the real hub. */
export const ownOver = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...OWN,
  ...env,
  DATA_DIR: env.DATA_DIR || OWN.DATA_DIR,
})

export const publicUrlOf = (port: number): string => process.env.PUBLIC_URL || `http://localhost:${port}`

/** `key` is that of the webhook and of the API. `settings` stand above the environment. */
export function startHub(port: number, key: string, settings: Readonly<Record<string, string>>): DemoHub {
  const publicUrl = publicUrlOf(port)
  const signing = {
    PUBLIC_URL: publicUrl,
    MANDRILL_WEBHOOK_URL: '',
    MANDRILL_WEBHOOK_KEYS: key,
    MANDRILL_API_KEY: key,
  }
  const server = fileURLToPath(new URL('../../src/server.ts', import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=DeprecationWarning', server], {
    env: { ...ownOver(process.env), ...signing, ...settings, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A process group of its own: Ctrl-C is for the demo, which stops the hub after the simulator.
    detached: true,
  })
  // Never leave it behind, however this process ends.
  process.once('exit', () => child.kill('SIGTERM'))
  const greeting = readGreeting(child)
  const token = greeting.then(({ link }) => /#token=(.+)$/.exec(link)?.[1] ?? process.env.API_TOKEN ?? '')
  return { child, address: `http://127.0.0.1:${port}`, publicUrl, greeting, token }
}

/** The hub prints where to sign in, and with what; everything else that it says is passed on. */
function readGreeting(child: ChildProcess): Promise<Greeting> {
  return new Promise((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (text.startsWith('{')) process.stdout.write(text)
      else {
        const [, hint = '', link = ''] = /ready: (.*)\s+(https?:\S+)/.exec(text) ?? []
        resolve({ hint, link })
      }
    })
  })
}

export const hasEnded = ({ child }: DemoHub): boolean => child.exitCode !== null || child.signalCode !== null

/** Never, where it has ended or is stopped before. */
export async function untilReady(hub: DemoHub): Promise<void> {
  while (hasEnded(hub) || !(await fetch(`${hub.address}/readyz`).catch(() => undefined))?.ok) await sleep(100)
}

/** Asked beforehand: a hub that fails after its start would tell it less clearly. */
export async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  const free = new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(false))
    probe.listen(port, process.env.HOST || '127.0.0.1', () => resolve(true))
  })
  const answer = await free
  await new Promise((closed) => probe.close(closed))
  return answer
}
