// Who steps back for the hook: V8's helpers, and nobody else.
import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { expect, test } from 'vitest'
import { letHelpersStepBack } from '../src/priority.ts'

const TASKS = '/proc/self/task'
const isLinux = process.platform === 'linux'

/** Of all threads whose name begins so, or does not. */
const priorities = (ofHelpers: boolean) =>
  new Set(
    readdirSync(TASKS)
      .filter(
        (thread) => readFileSync(`${TASKS}/${thread}/comm`, 'latin1').startsWith('V8Worker') === ofHelpers,
      )
      .map((thread) => getPriority(Number(thread))),
  )

test('threads that collect garbage get what the main thread leaves them, on Linux', () => {
  const before = isLinux ? priorities(false) : undefined
  letHelpersStepBack()
  if (!isLinux) return
  expect(priorities(true)).toEqual(new Set([10]))
  expect(priorities(false)).toEqual(before)
})
