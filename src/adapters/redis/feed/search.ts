// Finds the events that name somebody. Notes tell which may; a script inside Redis looks at those whose notes do not decide.
import { cursorAt, locate } from '../../../core/events/span.ts'
import type { Cursor } from '../../../core/events/cursor.ts'
import type { FeedPage } from '../../../core/events/ports.ts'
import type { Session } from '../connection.ts'
import { FEED_KEYS } from '../keys.ts'
import { run, script } from '../script.ts'
import type { Memory } from './memory.ts'
import { LOOK, noteOf, NOTES_A_KEY, readNotes } from './names.ts'
import { readSpan, streamId, toEvent, valueOf, type Entry } from './read.ts'

/** Events that one script looks at: Redis does nothing else meanwhile, for about two milliseconds. */
const AT_ONCE = 500
/** Reading this many notes counts as looking at one event. */
const NOTES_A_LOOK = 64

// KEYS: events. ARGV: the first and last id to look at, and the names. Answers the ids that may match. An entry without facts (from
// an older version) may name anybody, and so may a name that is escaped or not plain ASCII, as it can be spelt in several ways.
const SEARCH = script(String.raw`
local wanted, found = {}, {}
for n = 3, #ARGV do wanted[ARGV[n]] = true end
local function isNamed(name)
  return name and (wanted[name] or wanted[string.lower(name)] or string.find(name, '[\\\128-\255]'))
end
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2])) do
  local fields, kind, facts = entry[2], nil, nil
  for n = 1, #fields, 2 do
    if fields[n] == 'k' then kind = fields[n + 1] elseif fields[n] == 'f' then facts = fields[n + 1] end
  end
  local function named(key) return string.match(facts, '"' .. key .. '":"([^"]*)"') end
  if not facts or isNamed(named('recipient') or named('message_id')) or (kind == 'inbound' and isNamed(named('sender'))) then
    found[#found + 1] = entry[1]
  end
end
return found
`)

export async function searchEvents(
  session: Session,
  memory: Memory,
  { after, limit, names }: { after: Cursor; limit: number; names: readonly string[] },
): Promise<Pick<FeedPage, 'events' | 'next'>> {
  const { redis } = session
  const { span } = await readSpan(session, memory)
  const idAt = (seq: number) => streamId({ ...cursorAt(seq - 1, span), seq })
  const look = (from: number, to: number) =>
    run(redis, SEARCH, [FEED_KEYS.events], [idAt(from), idAt(to), ...names]) as Promise<string[]>
  const wanted = new Set(names.map(noteOf))
  const found: string[] = []
  let at = locate(after, span).seq
  for (let looked = 0; looked < limit && at < span.head; looked += NOTES_A_KEY / NOTES_A_LOOK) {
    const notes = await readNotes(redis, at + 1)
    const end = Math.min(notes.last, span.head)
    while (looked < limit && at < end) {
      const from = ++at
      if (notes.at(from) === LOOK) {
        while (at < end && at - from + 1 < AT_ONCE && notes.at(at + 1) === LOOK) at++
        found.push(...(await look(from, at)))
      } else if (wanted.has(notes.at(from))) found.push(idAt(from))
      else continue
      looked += at - from + 1
    }
  }
  return { events: await entriesAt(session, found), next: cursorAt(at, span) }
}

async function entriesAt({ redis }: Session, ids: readonly string[]) {
  const commands = redis.pipeline()
  for (const id of ids) commands.xrangeBuffer(FEED_KEYS.events, id, id)
  const replies = (await commands.exec()) ?? []
  return replies.flatMap((reply) => (valueOf(reply) as Entry[]).map(toEvent))
}
