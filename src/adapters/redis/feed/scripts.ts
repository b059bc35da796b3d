// The scripts that write to the feed in Redis, each all or nothing and one round trip.
import { script } from '../script.ts'
import { NOBODY_NOTED, NOTE } from './names.ts'

// KEYS: events, meta, lives. ARGV: run id, now, epoch and seq of the newest cursor that the caller knows.
// A new life begins: if part of the feed is gone; if it is in another Redis process than before, or the same one has been a replica
// meanwhile (whenever it becomes a primary, its second replication id changes; zeros: none); and if the caller knows of events that
// are not there, because their seqs must not be given again in the same epoch.
// Adding and deleting the marker makes the stream's last id carry the new epoch.
const LIFE = `
local events, meta, lives = KEYS[1], KEYS[2], KEYS[3]
local run, now, knownEpoch, knownSeq = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local state = redis.call('HMGET', meta, 'run', 'repl', 'epoch', 'full')
local epoch, there = state[3], redis.call('EXISTS', events) == 1
local replication = redis.pcall('INFO', 'replication')
local repl = type(replication) == 'string' and string.match(replication, 'master_replid2:(%x+)') or ''
if not string.find(repl, '[^0]') then repl = state[2] or '' end
local function seqOf(id) return tonumber(string.match(id, '-(%d+)$')) end
local function newest()
  local info = there and redis.call('XINFO', 'STREAM', events) or {}
  for n = 1, #info, 2 do
    if info[n] == 'last-generated-id' then return info[n + 1] end
  end
  return '0-0'
end
local function begin(base)
  local last = newest()
  local least = math.max(tonumber(epoch or '0'), tonumber(string.match(last, '^%d+')), knownEpoch) + 1
  epoch = string.format('%.0f', math.max(now, least))
  base = string.format('%.0f', base or seqOf(last))
  local marker = epoch .. '-' .. base
  redis.call('XADD', events, marker, 'd', '')
  redis.call('XDEL', events, marker)
  if not there then redis.call('DEL', lives) end
  redis.call('RPUSH', lives, epoch .. ':' .. base)
  redis.call('LTRIM', lives, -1000, -1)
  redis.call('HSET', meta, 'run', run, 'repl', repl, 'epoch', epoch)
  there = true
end
if not there or state[1] ~= run or (state[2] or '') ~= repl or knownEpoch > tonumber(epoch)
  or redis.call('EXISTS', lives) == 0 then begin() end
`

const BEGIN = `${LIFE}
if tonumber(epoch) == knownEpoch and seqOf(newest()) < knownSeq then begin() end
`

// More KEYS: the sets of seen ids, today's first. More ARGV: the notes of all events, then the events, in pieces: see
// core/events/packed/pieces.ts.
// Redis numbers the events of an epoch itself (EPOCH-*): the number of the first new one tells, at no cost, whether events that the
// caller knows of are missing. Answers nothing if the feed is full; else the newest cursor (0 if no event was new), and the places
// of the events that were known.
const APPEND = `${LIFE}${NOTE}
if state[4] == '1' then return {} end
local ids, each, seen, known = {}, {}, {}, {}
for n = 6, #ARGV do
  local piece = ARGV[n]
  local at = string.find(piece, '\\n', 1, true)
  for _, sizes in ipairs(cjson.decode(string.sub(piece, 1, at))) do
    local event = {'k', sizes[1][2], 't', string.format('%.0f', sizes[1][3])}
    for text, name in ipairs({'i', 'f', 'm', 'd'}) do
      local to = at + sizes[text + 1]
      event[#event + 1] = name
      event[#event + 1] = string.sub(piece, at + 1, to)
      at = to
    end
    ids[#ids + 1] = event[6]
    each[#each + 1] = event
  end
end
for b = 4, #KEYS do
  if redis.call('EXISTS', KEYS[b]) == 1 then
    for n, found in ipairs(redis.call('SMISMEMBER', KEYS[b], unpack(ids))) do
      if found == 1 then seen[ids[n]] = true end
    end
  end
end
local function add(n) return redis.call('XADD', events, epoch .. '-*', unpack(each[n])) end
local fresh, notes, last = {}, {}, nil
for n = 1, #ids do
  local id = ids[n]
  if seen[id] then
    known[#known + 1] = n
  else
    seen[id] = true
    fresh[#fresh + 1] = id
    notes[#notes + 1] = string.sub(ARGV[5], 4 * n - 3, 4 * n)
    last = add(n)
    if #fresh == 1 and tonumber(epoch) == knownEpoch and seqOf(last) <= knownSeq then
      redis.call('XDEL', events, last)
      begin(seqOf(last) - 1)
      last = add(n)
    end
  end
end
if #fresh > 0 then
  note(seqOf(last) - #fresh + 1, table.concat(notes))
  redis.call('SADD', KEYS[4], unpack(fresh))
  redis.call('EXPIRE', KEYS[4], 262800) -- its own day, two more, and an hour
end
return {last or '0', known}
`

// KEYS: events. ARGV: ids. Erases events and their notes.
const ERASE = `${NOTE}
for _, id in ipairs(ARGV) do
  if redis.call('XDEL', KEYS[1], id) == 1 then note(tonumber(string.match(id, '-(%d+)$')), ${NOBODY_NOTED}) end
end
`

export const beginScript = script(BEGIN)
export const appendScript = script(APPEND)
export const eraseScript = script(ERASE)
