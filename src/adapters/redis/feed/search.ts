// Looks through the stream for the events that name somebody, inside Redis: what names others does not leave it.
import { compareCursors, type Cursor } from '../../../core/events/cursor.ts'
import { cursorAt, locate } from '../../../core/events/span.ts'
import type { FeedPage } from '../../../core/events/ports.ts'
import type { Session } from '../connection.ts'
import { FEED_KEYS } from '../keys.ts'
import { run, script } from '../script.ts'
import type { Memory } from './memory.ts'
import { exclusive, readSpan, toCursor, toEvent, valueOf, type Entry } from './read.ts'

/** Redis does nothing else while a script runs: about two milliseconds. */
const AT_ONCE = 500

// KEYS: events. ARGV: where to begin, how many, and the names. An entry of before there were facts may name anybody, and so
// may a name that is escaped or not plain ASCII: it may be spelt in several ways. Answers how many were there, the last one,
// and those that are found.
const SEARCH = script(String.raw`
local wanted, found = {}, {}
for n = 3, #ARGV do wanted[ARGV[n]] = true end
local function isNamed(name)
  return name and (wanted[name] or wanted[string.lower(name)] or string.find(name, '[\\\128-\255]'))
end
local entries = redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])
for _, entry in ipairs(entries) do
  local fields, kind, facts = entry[2], nil, nil
  for n = 1, #fields, 2 do
    if fields[n] == 'k' then kind = fields[n + 1] elseif fields[n] == 'f' then facts = fields[n + 1] end
  end
  local function named(key) return string.match(facts, '"' .. key .. '":"([^"]*)"') end
  if not facts or isNamed(named('recipient') or named('message_id')) or (kind == 'inbound' and isNamed(named('sender'))) then
    found[#found + 1] = entry[1]
  end
end
return {#entries, #entries > 0 and entries[#entries][1] or '', found}
`)

type Answer = readonly [count: number, last: string, found: readonly string[]]

export async function searchEvents(
  session: Session,
  memory: Memory,
  { after, limit, names }: { after: Cursor; limit: number; names: readonly string[] },
): Promise<Pick<FeedPage, 'events' | 'next'>> {
  const { span } = await readSpan(session, memory)
  const head = cursorAt(span.head, span)
  const found: string[] = []
  let next = locate(after, span).gap?.to ?? after
  for (let left = limit; left > 0 && compareCursors(next, head) < 0;) {
    const asked = Math.min(AT_ONCE, left)
    const args = [exclusive(next), String(asked), ...names]
    const [count, last, ids] = (await run(session.redis, SEARCH, [FEED_KEYS.events], args)) as Answer
    found.push(...ids)
    next = count < asked ? head : toCursor(last)
    left -= count
  }
  return { events: await entriesAt(session, found), next }
}

async function entriesAt({ redis }: Session, ids: readonly string[]) {
  const commands = redis.pipeline()
  for (const id of ids) commands.xrangeBuffer(FEED_KEYS.events, id, id)
  const replies = (await commands.exec()) ?? []
  return replies.flatMap((reply) => (valueOf(reply) as Entry[]).map(toEvent))
}
