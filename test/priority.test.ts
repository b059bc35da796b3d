// Who steps back for the hook: V8's helpers, and not the main thread.
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** In a process of its own: whoever has stepped back stays there. */
const SCRIPT = `
  import { readdirSync, readFileSync } from 'node:fs'
  import { getPriority } from 'node:os'
  import { letHelpersStepBack } from './src/priority.ts'
  const helpers = readdirSync('/proc/self/task').filter((thread) =>
    readFileSync('/proc/self/task/' + thread + '/comm', 'latin1').startsWith('V8Worker'))
  const main = getPriority()
  letHelpersStepBack()
  const ofHelpers = [...new Set(helpers.map((thread) => getPriority(Number(thread))))]
  console.log(JSON.stringify({ main: getPriority() - main, ofHelpers }))`

test.runIf(process.platform === 'linux')(
  'threads that collect garbage get what the main thread leaves them',
  () => {
    const told = execFileSync(process.execPath, ['--input-type=module', '--eval', SCRIPT])
    expect(JSON.parse(String(told))).toEqual({ main: 0, ofHelpers: [10] })
  },
)
