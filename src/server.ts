// The program: config → wire → app → listen → drain and close.
import { flushCompileCache } from 'node:module'
import { pino } from 'pino'
import { buildApp, buildWorkerApp } from './app.ts'
import { ConfigError, likelySlips, loadConfig, type Config } from './config/config.ts'
import { giveBackMemoryWhenQuiet } from './memory.ts'
import { letHelpersStepBack } from './priority.ts'
import { listenToSignals } from './stopping.ts'
import { terminalLines } from './terminal.ts'
import { wire, type Wired } from './wire/wire.ts'

/** After a restart all sockets come back at once: whom the kernel sends away tries again only seconds later. It has a bound, too. */
const BACKLOG = 4096
/** npm run dev: the page's files as they are, and as they change. */
const asWritten = process.argv.includes('--page-as-written')
const config = readConfig()
const { stdout } = process
stdout.on('error', () => {}) // the terminal is gone: SIGHUP comes as well, and ends the hub cleanly
const log = pino(
  { level: config.LOG_LEVEL },
  stdout.isTTY ? terminalLines((text) => stdout.write(text)) : undefined,
)
const onceRunning = listenToSignals(log)
for (const { name, meant } of likelySlips())
  log.warn({ name }, `${name} is not a setting and has no effect: did you mean ${meant}?`)
const wired = await wire(config, log).catch(stop)
const app = await (wired.serving
  ? buildApp({ ...wired.serving, ...(asWritten && { page: async () => undefined }), log })
  : buildWorkerApp({ ...wired, log }))
onceRunning({
  stores: wired.bothStores,
  async close() {
    await Promise.all([app.close(), wired.stopSending()])
    await wired.close()
  },
})
await app.listen({ host: config.HOST, port: config.PORT, backlog: BACKLOG }).catch(cannotListen)
if (wired.serving) greet(config, wired)
flushCompileCache() // where npm start has asked for one: the next start is faster by a third
giveBackMemoryWhenQuiet()
letHelpersStepBack()

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

function cannotListen({ code, message }: NodeJS.ErrnoException): never {
  const why =
    code === 'EADDRINUSE' ? `another program is listening there: set another PORT (${code})` : message
  return stop(new Error(`HOST ${config.HOST}, PORT ${config.PORT}: ${why}`))
}

// Not through the log: a link that holds a token is for the person at the terminal.
function greet({ PUBLIC_URL, AUTH }: Config, { tokenIsOurs, settings }: Wired): void {
  const link = AUTH === 'on' && tokenIsOurs ? `${PUBLIC_URL}/#token=${settings.token}` : PUBLIC_URL
  const hint =
    AUTH === 'off'
      ? 'open to this machine (AUTH=off)'
      : tokenIsOurs
        ? 'sign in with this link'
        : 'sign in with your API_TOKEN'
  process.stdout.write(`\n  mail-event-hub is ready: ${hint}\n  ${link}\n\n`)
}
