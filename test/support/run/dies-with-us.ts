// What a test has started ends with it, also where the test's process is killed: vitest kills its workers when it is
// stopped, and one that is killed ends nothing. Linux does it (prctl(2), PR_SET_PDEATHSIG); elsewhere only who exits ends his own.
import { spawnSync } from 'node:child_process'

const WORDS = ['setpriv', '--pdeathsig', 'KILL'] as const
let works: boolean | undefined

/** The command that starts a program so; its pid is the program's. */
export function diesWithUs(file: string, words: readonly string[]): [file: string, words: string[]] {
  const [command, ...rest] = WORDS
  works ??= spawnSync(command, [...rest, 'true']).status === 0
  return works ? [command, [...rest, file, ...words]] : [file, [...words]]
}
