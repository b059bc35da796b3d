// The program: config → wire → app → listen → drain and close.
import { flushCompileCache } from 'node:module'
import { pino } from 'pino'
import { buildApp, buildWorkerApp } from './app.ts'
import { ConfigError, loadConfig, type Config } from './config.ts'
import { wire, type Wired } from './wire.ts'

/**
 * A shutdown that takes longer than this is cut off: a mail server may be slow to answer. Nothing that is stored is lost;
 * the mails in flight then count as in doubt.
 */
const CLOSE_MS = 35_000

/** Ctrl-C comes twice: from the terminal, and from npm, which passes it on. Only a later signal is impatience. */
const SAME_SIGNAL_MS = 1_000

const config = readConfig()
const log = pino({ level: config.LOG_LEVEL })
const run: { drain?: () => Promise<void>; stoppingSince?: number } = {}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void onSignal(signal))
const wired = await wire(config, log).catch(stop)
const app = await (wired.serving ? buildApp(wired.serving) : buildWorkerApp(wired))
run.drain = async () => {
  await Promise.all([app.close(), wired.stopSending()])
  await wired.close()
}
await app.listen({ host: config.HOST, port: config.PORT }).catch(cannotListen)
if (wired.serving) greet(config, wired)
flushCompileCache() // where npm start has asked for one: the next start is faster by a third

function readConfig(): Config {
  try {
    return loadConfig()
  } catch (error) {
    if (error instanceof ConfigError) return stop(error)
    throw error
  }
}

/** One clear line: a start that cannot succeed is the operator's to mend, not to debug. */
function stop(error: Error): never {
  process.stderr.write(`mail-event-hub cannot start: ${error.message}\n`)
  process.exit(1)
}

function cannotListen(error: Error): never {
  return stop(new Error(`HOST ${config.HOST}, PORT ${config.PORT}: ${error.message}`))
}

// Not through the log: a link that holds a token is for the person at the terminal.
function greet({ PUBLIC_URL, AUTH }: Config, { tokenIsOurs, settings }: Wired): void {
  const link = AUTH === 'on' && tokenIsOurs ? `${PUBLIC_URL}/#token=${settings.token}` : PUBLIC_URL
  const hint =
    AUTH === 'off'
      ? 'open to this machine (AUTH=off)'
      : tokenIsOurs
        ? 'sign in'
        : 'sign in with your API_TOKEN'
  process.stdout.write(`\n  mail-event-hub is ready: ${hint}\n  ${link}\n\n`)
}

async function onSignal(signal: string): Promise<void> {
  if (Date.now() - (run.stoppingSince ?? Infinity) > SAME_SIGNAL_MS) process.exit(130)
  if (run.stoppingSince !== undefined) return
  run.stoppingSince = Date.now()
  log.info({ signal }, run.drain ? 'shutting down' : 'stopped while it was starting')
  setTimeout(() => process.exit(1), CLOSE_MS).unref()
  try {
    await run.drain?.()
    log.info('closed')
    process.exit(0) // whatever timers a driver may have left
  } catch (err) {
    log.error({ err }, 'closing failed')
    process.exit(1)
  }
}
