// The scripts of the marks in Redis. A chunk is one hash: `token`, and for each mail its number with either an empty
// text (claimed, and nothing known of it yet) or its outcome.
import { script } from '../script.ts'

// KEYS: chunk, token. ARGV: seconds that marks are kept.
// Tokens only grow, also over a Redis that has lost everything: they begin at its clock.
export const takeScript = script(`
local time = redis.call('TIME')
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
local token = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
redis.call('SET', KEYS[2], token)
redis.call('HSET', KEYS[1], 'token', token)
redis.call('EXPIRE', KEYS[1], ARGV[1])
return redis.call('HGETALL', KEYS[1])
`)

// KEYS: chunks. ARGV, of each: token, how many fields, then these: number and outcome, or number and nothing for a claim.
export const stepScript = script(`
local answers = {}
local at = 1
for n, chunk in ipairs(KEYS) do
  local token, count = ARGV[at], tonumber(ARGV[at + 1])
  local first, last = at + 2, at + 1 + count
  answers[n] = 'fenced'
  if redis.call('HGET', chunk, 'token') == token then
    if count > 0 then redis.call('HSET', chunk, unpack(ARGV, first, last)) end
    answers[n] = 'go'
  end
  at = last + 1
end
return answers
`)

// KEYS: chunk. ARGV: token.
export const dropScript = script(`
if redis.call('HGET', KEYS[1], 'token') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`)
