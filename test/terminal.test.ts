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

test('an entry is a line: its words, then what is known besides', () => {
  expect(linesOf((log) => log.info({ events: 'sqlite', port: 8000 }, 'ready'))).toEqual([
    '       ready  events=sqlite  port=8000\n',
  ])
})

test('a warning says so, and its cause', () => {
  const said = linesOf((log) => log.warn({ err: new Error('no such host') }, 'Redis cannot be reached'))
  expect(said).toEqual(['WARN   Redis cannot be reached: no such host\n'])
})

test('an error shows where it comes from', () => {
  const [said] = linesOf((log) => log.error({ err: new TypeError('a fault') }, 'something went wrong'))
  expect(said).toMatch(/^ERROR {2}something went wrong: TypeError: a fault\n\s+at .*terminal\.test/)
})

test('words of strangers colour nothing and move no cursor', () => {
  expect(linesOf((log) => log.info({ subject: '\u001b[2Jgone\r' }, 'a mail'))[0]).not.toMatch(/\u001b|\r/)
})
