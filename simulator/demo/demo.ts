// npm run demo: a hub, and a fake Mandrill that takes its mails and feeds it. Nothing of it leaves this machine.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { startAccount } from '../webhooks/account.ts'
import { hasEnded, isFree, publicUrlOf, startHub, untilReady, type DemoHub, type Greeting } from './hub.ts'
import { startCampaign, type DemoCampaign } from './campaign.ts'
import { readWishes, type Wishes } from './options.ts'
import { startFakeMandrill } from '../fake-mandrill.ts'
import { startSimulator, type Simulator } from '../webhooks/sender.ts'
import { fitParts } from './status-line.ts'

/** So that there is a group of failures that is worth a retry, and that lanes which slow down recover. */
const SEEN = { overQuota: 0.012, deferral: 0.01, busy: 0.01 }

const wishes = readWishes()
const port = Number(process.env.PORT || 8000)
if (!(await isFree(port))) {
  fail(
    `Port ${port} is taken, perhaps by another hub. Stop that one, or choose another port: PORT=8001 npm run demo`,
  )
}
await runDemo(wishes, port)

async function runDemo(wishes: Wishes, port: number): Promise<void> {
  const { subscribers, lifeMs: spanMs, rates, rate, batch: batchSize, burst, seed } = wishes
  // Made up anew at every start: only the simulator signs with it.
  const key = randomBytes(16).toString('base64url')
  const fake =
    subscribers > 0 ? await startFakeMandrill({ seed, spanMs, rates: { ...SEEN, ...rates } }) : undefined
  const senders: Simulator[] = []
  const account = await startAccount(key, { url: `${publicUrlOf(port)}/api/hook`, senders })
  const stopped = stopOnSignals() // before there is a hub that could be left behind
  const hub = startHub(port, key, { MANDRILL_API_URL: account.url, ...(fake && { SMTP_URL: fake.smtpUrl }) })
  stopTogether(stopped, hub, senders, async () => void (await Promise.all([fake?.stop(), account.stop()])))
  await untilReady(hub)
  const retry = { firstMs: 500, factor: 2, mostMs: 10_000 }
  const hook = {
    url: `${hub.address}/api/hook`,
    webhookUrl: `${hub.publicUrl}/api/hook`,
    key,
    batchSize,
    retry,
  }
  // Two senders: what becomes of the campaign, and what other programs send by the same Mandrill.
  const others = startSimulator({ ...hook, rate, seed })
  senders.push(others, ...(fake ? [fake.tellTo(hook)] : []))
  others.burst(burst)
  console.log(welcome(await hub.greeting, port, wishes))
  const campaign = subscribers > 0 ? await startCampaign(hub, subscribers).catch(tellWhy) : undefined
  await tellProgress(senders, campaign, stopped)
}

function welcome({ link, hint }: Greeting, port: number, { rate, subscribers }: Wishes): string {
  const line = '─'.repeat(Math.max(60, link.length + 4))
  const campaign = subscribers > 0 ? ` takes a campaign to ${subscribers} subscribers, and` : ''
  return `
${line}
  Open this to watch: ${link.includes('#token=') ? 'it signs you in' : hint}

  ${link}
${line}
  API and its documentation   http://localhost:${port}/doc
  The live feed as a socket   ws://localhost:${port}/ws/email
  A fake Mandrill${campaign} sends ${rate} other events a second. Stop both with Ctrl-C.
`
}

function stopOnSignals(): AbortSignal {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort())
  return stopping.signal
}

/** First the senders, so that the hub has nothing under way when it closes; last whoever takes its mails. */
function stopTogether(
  stopped: AbortSignal,
  hub: DemoHub,
  senders: readonly Simulator[],
  stopLast: () => Promise<void>,
): void {
  const stop = async () => {
    const exit = hasEnded(hub) ? undefined : once(hub.child, 'exit')
    await Promise.race([Promise.all(senders.map((sender) => sender.stop())), sleep(3_000)])
    hub.child.kill('SIGTERM')
    await exit
    await Promise.race([stopLast(), sleep(1_000)])
    console.log('\nStopped. What was received stays in the data directory: the next demo goes on from there.')
    process.exit()
  }
  stopped.addEventListener('abort', () => void stop())
  hub.child.once(
    'exit',
    (code) => stopped.aborted || fail(`The hub has ended by itself (${code}). What it said stands above.`),
  )
}

async function tellProgress(
  senders: readonly Simulator[],
  campaign: DemoCampaign | undefined,
  stopped: AbortSignal,
): Promise<void> {
  while (!stopped.aborted) {
    const line = [await campaign?.progress(), eventsLine(senders)].filter(Boolean).join(' · ')
    // One line that is rewritten at a terminal, now and then a line in a file.
    if (process.stdout.isTTY)
      process.stdout.write(`\r\x1b[2K  ${fitParts(line, (process.stdout.columns || 80) - 3)}`)
    else console.log(line)
    await sleep(process.stdout.isTTY ? 1_000 : 10_000, undefined, { signal: stopped }).catch(() => {})
  }
}

function eventsLine(senders: readonly Simulator[]): string {
  const all = senders.map(({ books }) => books)
  const sum = (count: (books: Simulator['books']) => number) =>
    all.reduce((sum, books) => sum + count(books), 0)
  const refused = sum(({ refused }) => Object.values(refused).reduce((a, b) => a + b, 0))
  const again = `${sum(({ hub }) => hub.duplicates)} known already`
  const line = `${sum(({ hub }) => hub.accepted)} events in ${sum(({ posts }) => posts)} batches, ${again}`
  return refused ? `${line}, ${refused} refused` : line
}

function tellWhy(error: unknown): undefined {
  console.error(`The campaign could not be started: ${error instanceof Error ? error.message : error}`)
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
