// What a person at a terminal reads of the log.
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { terminalLines } from '../src/terminal.ts'

function linesOf(log: (log: pino.Logger) => void): string[] {
  const written: string[] = []
  log(
    pino(
      {},
      terminalLines((text) => written.push(text)),
    ),
  )
  return written.map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, ''))
}

test('an entry is a line: a sentence, then what is known besides', () => {
  expect(linesOf((log) => log.info({ events: 'sqlite', port: 8000 }, 'ready'))).toEqual([
    '       Ready  events=sqlite  port=8000\n',
  ])
})

test('a request is told by its words', () => {
  const asked = { reqId: 'r1', method: 'POST', route: '/api/hook', address: '127.0.0.1', ms: 6, status: 401 }
  expect(linesOf((log) => log.info(asked, 'request'))).toEqual([
    '       POST /api/hook: 401  address=127.0.0.1  ms=6  reqId=r1\n',
  ])
})

test('why, and what to do about it, follow the words; nothing is said twice', () => {
  const details = { reason: 'wrong signature', hint: 'compare the keys', setting: 'KEYS' }
  expect(linesOf((log) => log.warn(details, 'a webhook was refused by KEYS'))).toEqual([
    'WARN   A webhook was refused by KEYS: wrong signature. Compare the keys\n',
  ])
})

test('a warning says so, and its cause', () => {
  const said = linesOf((log) => log.warn({ err: new Error('no such host') }, 'Redis cannot be reached'))
  expect(said).toEqual(['WARN   Redis cannot be reached: no such host\n'])
})

test('an error shows where it comes from', () => {
  const [said] = linesOf((log) => log.error({ err: new TypeError('a fault') }, 'something went wrong'))
  expect(said).toMatch(/^ERROR {2}Something went wrong: TypeError: a fault\n\s+at .*terminal\.test/)
})

test('words of strangers colour nothing, move no cursor, forge no entry and turn no order', () => {
  const hostile = '\u001b[2Jgone\r\n12:00:00  ERROR  forged\u202egpj\u200f'
  const plain = '?[2Jgone??12:00:00  ERROR  forged?gpj?'
  const err = new Error(hostile)
  err.stack = `Error: ${hostile}\n    at here`
  expect(linesOf((log) => log.info({ subject: hostile, [hostile]: 1 }, hostile))).toEqual([
    `       ${plain}  subject=${plain}  ${plain}=1\n`,
  ])
  expect(linesOf((log) => log.warn({ err }, 'no'))).toEqual([`WARN   No: ${plain}\n`])
  expect(linesOf((log) => log.error({ err }, 'no'))).toEqual([
    'ERROR  No: Error: ?[2Jgone?\n    12:00:00  ERROR  forged?gpj?\n        at here\n',
  ])
})
