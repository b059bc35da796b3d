// The one-time keys in the memory of a hub's only process. Those that live for days (ended sessions) are also lines of a file, so
// that a restart brings no ended session back. The file is in no backup: a restore ends all sessions.
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createCounts } from '../../core/counts.ts'
import { HubError } from '../../core/errors.ts'
import type { OneTime } from '../../core/ports.ts'

/** Beyond this many keys nothing more is accepted until some have expired. */
const MAX_KEYS = 100_000
const KEPT_FROM_MS = 24 * 3600 * 1000
const SINCE = 'since '

export function createMemoryOneTime(file?: string, now: () => number = Date.now): OneTime {
  const { since, expiries } = file === undefined ? begunAt(now()) : readKept(file, now())
  return {
    ...createCounts(now),
    async first(key, lifeMs) {
      if (expiries.size >= MAX_KEYS) forgetExpired(expiries, now())
      if (expiries.size >= MAX_KEYS) throw new HubError('feed.unavailable')
      if ((expiries.get(key) ?? 0) > now()) return false
      const expiry = now() + lifeMs
      if (file !== undefined && lifeMs >= KEPT_FROM_MS) appendFileSync(file, `${expiry} ${key}\n`)
      expiries.set(key, expiry)
      return true
    },
    isUsed: async (key) => (expiries.get(key) ?? 0) > now(),
    since: async () => since,
  }
}

function forgetExpired(expiries: Map<string, number>, now: number): void {
  for (const [key, expiry] of expiries) if (expiry <= now) expiries.delete(key)
}

const begunAt = (since: number) => ({ since, expiries: new Map<string, number>() })

/** Reads the keys that have not expired, and rewrites the file with these only, after a line that says since when it is kept. */
function readKept(file: string, now: number): ReturnType<typeof begunAt> {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [`${SINCE}${now}`]
  const since = Number(lines.find((line) => line.startsWith(SINCE))?.slice(SINCE.length) ?? 0)
  const kept = lines.filter((line) => parseInt(line, 10) > now)
  writeFileSync(`${file}.new`, [`${SINCE}${since}`, ...kept, ''].join('\n'), { mode: 0o600 })
  renameSync(`${file}.new`, file)
  const entry = (line: string) => [line.slice(line.indexOf(' ') + 1), parseInt(line, 10)] as const
  return { since, expiries: new Map(kept.map(entry)) }
}
