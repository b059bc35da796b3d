// A hub on real stores that can be backed up, lost and restored, and what is asked of it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../../src/config/config.ts'
import { backUpHere, restoreHere, finishRestore } from '../../../src/wire/backup.ts'
import type { Body } from '../answer.ts'
import { runDoc, runDocWith } from '../doc-commands.ts'
import { startHub } from '../hub.ts'
import { startMailSink } from '../servers/mail-sink.ts'
import { freePort } from '../servers/server-process.ts'
import { spawnHub } from '../process.ts'
import { openSocket, type TestSocket } from '../socket.ts'
import { until } from '../eventually.ts'

export const TOKEN = 'the-token-of-the-backup-tests'

/** How each kind of store is lost and restored. All while no hub runs. */
export type Stores = {
  readonly settings: Record<string, string>
  /** By the commands of docs/backup.md. */
  backUp(run: Run): Promise<void>
  loseAll(): Promise<void>
  restoreAll(run: Run): Promise<void>
  /** The feed stays as it is. */
  loseDatabase(): Promise<void>
  restoreDatabase(run: Run): Promise<void>
  /** The database stays as it is. */
  loseFeed(run: Run): Promise<void>
  restoreFeed(run: Run): Promise<void>
}

/** Runs commands of docs/backup.md. */
export type Run = (name: string, more?: Record<string, string>) => Promise<string>
export type Stage = Awaited<ReturnType<typeof openStage>>

const lanes = (perSecond: number): string =>
  `[{"name":"default","domains":[],"connections":1,"per_second":${perSecond}}]`
/** A campaign is under way for as long as a test needs it. */
const SLOW = lanes(4)
/** For a hub that is to bring it to its end. */
export const FAST = { MAIL_LANES: lanes(200) }

/**
 * The hub runs in this process, and what `npm run backup`, `restore` and `restored` do is called as functions. As
 * documented, the commands run to the letter; `spawn` starts the program, which alone can be killed.
 */
export async function openStage(open: (folder: string) => Promise<Stores>, asDocumented = false) {
  const folder = await mkdtemp(join(tmpdir(), 'hub-backup-'))
  const [stores, sink] = await Promise.all([open(folder), startMailSink()])
  const settings: Record<string, string> = {
    API_TOKEN: TOKEN,
    MAIL_LANES: SLOW,
    SMTP_URL: sink.url,
    ...stores.settings,
  }
  const backup = join(folder, 'backup')
  const commandsEnv = { ...settings, BACKUP: backup }
  const run: Run = (name, more) => {
    const env = { ...commandsEnv, ...more }
    if (asDocumented) return runDoc('backup.md', name, env)
    return runDocWith((command) => runAsFunction(command, env), 'backup.md', name, env)
  }
  const hubs: { end(): Promise<unknown> }[] = []

  return {
    folder,
    backup,
    sink,
    run,
    /** What the commands of backup.md are run with. */
    commandsEnv,
    backUp: () => stores.backUp(run),
    loseAll: stores.loseAll,
    restoreAll: () => stores.restoreAll(run),
    async databaseOfBackup(): Promise<void> {
      await stores.loseDatabase()
      await stores.restoreDatabase(run)
    },
    async feedOfBackup(): Promise<void> {
      await stores.loseFeed(run)
      await stores.restoreFeed(run)
    },
    loseDatabase: stores.loseDatabase,
    loseFeed: () => stores.loseFeed(run),
    async start(more: Record<string, string> = {}): Promise<Hub> {
      const { address, logged, close } = await startHub(
        { SECRET: '', ...settings, ...more },
        settings.DATA_DIR,
      )
      let closed: Promise<void> | undefined
      const stop = () => (closed ??= close())
      hubs.push({ end: stop })
      return { ...createClient(`http://${address}`, () => logged.map(lineOf).join('\n')), stop }
    },
    async spawn(more: Record<string, string> = {}) {
      const hub = spawnHub({ ...settings, PORT: String(await freePort()), ...more })
      const kill = () => (hub.child.kill('SIGKILL'), hub.exited)
      hubs.push({ end: kill })
      await hub.ready()
      return { ...createClient(hub.url, hub.printed), kill }
    },
    async close(): Promise<void> {
      await Promise.all(hubs.map((hub) => hub.end()))
      await sink.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const lineOf = (entry: unknown): string => JSON.stringify(entry)

async function runAsFunction(command: string, env: Record<string, string>): Promise<void> {
  const [, , name] = command.split(' ')
  const config = loadConfig(env, '/nonexistent/.env')
  const folder = join(env.BACKUP ?? '', 'data') // as backup.md has it
  if (name === 'backup') await backUpHere(config, folder)
  else if (name === 'restore') await restoreHere(config, folder)
  else if (name === 'restored') await finishRestore(config)
  else throw new Error(`not known as a function: ${command}`)
}

export type Client = ReturnType<typeof createClient>
type Hub = Client & { stop(): Promise<void> }
type Found = Body['events'][number]

function createClient(url: string, printed: () => string) {
  const headers = { authorization: TOKEN }

  async function ask(
    path: string,
    body?: unknown,
    method = body === undefined ? 'GET' : 'POST',
  ): Promise<Body> {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...headers, 'content-type': typeof body === 'string' ? 'text/csv' : 'application/json' },
      body: body === undefined || typeof body === 'string' ? (body ?? null) : JSON.stringify(body),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`)
    return (text.startsWith('{') ? JSON.parse(text) : {}) as Body
  }

  return {
    url,
    printed,
    ask,
    post: (events: readonly unknown[]) => ask('/api/hook', { mandrill_events: events }),
    /** Every event of the archive, oldest first. */
    async events(): Promise<Found[]> {
      const found: Found[] = []
      for (let after: string | null = '0'; after;) {
        const page: Body = await ask(`/api/events?limit=1000&after=${after}`)
        found.push(...page.events)
        after = page.events.length > 0 ? page.next : null
      }
      return found
    },
    socket: (query: string): Promise<TestSocket> => openSocket(new URL(url).host, query, { headers }),
  }
}

/** Numbered events of a kind that changes nothing else. */
export const numbered = (from: number, size: number) =>
  Array.from({ length: size }, (_, n) => ({ event: 'send', ts: 1_773_144_000, n: from + n }))

/** Posts batch after batch until it is stopped, or the hub is gone. */
export function startTraffic(hub: Client) {
  const answered: number[] = []
  let stopped = false
  const done = (async () => {
    for (let from = 0; !stopped; from += 20) {
      const answer: unknown = await hub.post(numbered(from, 20)).catch(() => undefined)
      if (!answer) return
      answered.push(...Array.from({ length: 20 }, (_, n) => from + n))
    }
  })()
  return {
    /** The numbers of the events that were answered 200 so far. */
    answered: (): readonly number[] => [...answered],
    has: (count: number) =>
      until(() => {
        if (answered.length < count) throw new Error(`${answered.length} of ${count}`)
      }),
    async stop(): Promise<void> {
      stopped = true
      await done
    },
  }
}
