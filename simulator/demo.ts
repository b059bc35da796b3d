// npm run demo: a hub, and a simulated Mandrill that feeds it. Nothing of it leaves this machine.
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startSimulator, type Simulator } from './mandrill.ts'

const HELP = `npm run demo -- [options]
  --rate N    events a second (5)
  --batch N   events in a batch at most (100)
  --burst N   this many events at once, first of all
  --seed N    the same number gives the same events
Environment: PORT (8000), DATA_DIR (./data/demo), and everything else that the hub reads.`

type Wishes = { readonly rate: number; readonly batch: number; readonly burst: number; readonly seed: number }

const wishes = readWishes()
const port = Number(process.env.PORT || 8000)
if (!(await isFree(port))) {
  fail(
    `Port ${port} is taken, perhaps by another hub. Stop that one, or choose another port: PORT=8001 npm run demo`,
  )
}
await runDemo(wishes, port)

async function runDemo({ rate, batch, burst, seed }: Wishes, port: number): Promise<void> {
  // Made up anew at every start: only the simulator signs with it.
  const key = randomBytes(16).toString('base64url')
  const hub = startHub(port, key)
  if (!(await isReady(hub.child, port))) fail('The hub did not start. What it said stands above.')
  const url = `http://127.0.0.1:${port}/api/hook`
  const webhookUrl = `${hub.publicUrl}/api/hook`
  const retry = { firstMs: 500, factor: 2, mostMs: 10_000 }
  const simulator = startSimulator({ url, webhookUrl, key, rate, batchSize: batch, seed, retry })
  simulator.burst(burst)
  console.log(welcome(await hub.link, port, rate))
  await tellProgress(simulator, stopTogether(hub.child, simulator))
}

function readWishes(): Wishes {
  const text = (fallback: number) => ({ type: 'string', default: String(fallback) }) as const
  try {
    const options = { rate: text(5), batch: text(100), burst: text(0), seed: text(randomInt(2 ** 31)) }
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', default: false } } })
    if (values.help) {
      console.log(HELP)
      process.exit()
    }
    return {
      rate: numberOf('rate', values.rate, 0, 100_000),
      batch: numberOf('batch', values.batch, 1, 1_000),
      burst: numberOf('burst', values.burst, 0, 1_000_000),
      seed: numberOf('seed', values.seed, 0, 2 ** 32),
    }
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n\n${HELP}`)
  }
}

function numberOf(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= least && value <= most) return value
  throw new Error(`--${name} ${text}: must be a number from ${least} to ${most}`)
}

/** Asked beforehand: a hub that fails after its start would tell it less clearly. */
async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  const free = new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(false))
    probe.listen(port, process.env.HOST || '127.0.0.1', () => resolve(true))
  })
  const answer = await free
  await new Promise((closed) => probe.close(closed))
  return answer
}

type Hub = { readonly child: ChildProcess; readonly publicUrl: string; readonly link: Promise<string> }

function startHub(port: number, key: string): Hub {
  const publicUrl = process.env.PUBLIC_URL || `http://localhost:${port}`
  // A .env file is for the real hub: its stores and addresses must not get what is made up here.
  const own = { REDIS_URL: '', DATABASE_URL: '', SMTP_URL: '', DATA_DIR: './data/demo', LOG_LEVEL: 'warn' }
  const signing = { PUBLIC_URL: publicUrl, MANDRILL_WEBHOOK_URL: '', MANDRILL_WEBHOOK_KEYS: key }
  const server = fileURLToPath(new URL('../src/server.ts', import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=DeprecationWarning', server], {
    env: { ...own, ...process.env, ...signing, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A process group of its own: Ctrl-C is for the demo, which stops the hub after the simulator.
    detached: true,
  })
  // Never leave it behind, however this process ends.
  process.once('exit', () => child.kill('SIGTERM'))
  return { child, publicUrl, link: readLink(child) }
}

/** The hub prints where to sign in; everything else that it says is passed on. */
function readLink(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (text.startsWith('{')) process.stdout.write(text)
      else resolve(/https?:\/\/\S+/.exec(text)?.[0] ?? '')
    })
  })
}

async function isReady(hub: ChildProcess, port: number): Promise<boolean> {
  while (hub.exitCode === null && hub.signalCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    if (answer?.ok) return true
    await sleep(100)
  }
  return false
}

function welcome(link: string, port: number, rate: number): string {
  const line = '─'.repeat(Math.max(60, link.length + 4))
  return `
${line}
  Open this to watch (it signs you in):

  ${link}
${line}
  API and its documentation   http://localhost:${port}/doc
  The live feed as a socket   ws://localhost:${port}/ws/email
  A simulated Mandrill sends ${rate} events a second. Stop both with Ctrl-C.
`
}

function stopTogether(hub: ChildProcess, simulator: Simulator): AbortSignal {
  const stopping = new AbortController()
  const stop = async () => {
    if (stopping.signal.aborted) return
    stopping.abort()
    const exit = hub.exitCode === null && hub.signalCode === null ? once(hub, 'exit') : undefined
    // First the sender, so that the hub has nothing under way when it closes.
    await Promise.race([simulator.stop(), sleep(3_000)])
    hub.kill('SIGTERM')
    await exit
    console.log('\nStopped. What was received stays in the data directory: the next demo goes on from there.')
    process.exit()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop())
  hub.once('exit', (code) => stopping.signal.aborted || fail(`The hub has ended by itself (${code}).`))
  return stopping.signal
}

async function tellProgress({ books }: Simulator, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    const { posts, refused, hub, repeats, overlaps } = books
    const trouble = Object.values(refused).reduce((sum, count) => sum + count, 0)
    const again = `${hub.duplicates} known already (${repeats} batches sent again, ${overlaps} overlapping)`
    const line = `${hub.accepted} events taken in ${posts} batches, ${again}${trouble ? `, ${trouble} refused` : ''}`
    // One line that is rewritten at a terminal, now and then a line in a file.
    if (process.stdout.isTTY) process.stdout.write(`\r  ${line}   `)
    else console.log(line)
    await sleep(process.stdout.isTTY ? 1_000 : 10_000, undefined, { signal: stopped }).catch(() => {})
  }
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
