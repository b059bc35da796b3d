// Three kinds of tests: `fast` needs nothing but npm packages, `servers` and `pages` (a browser) need what `npm run setup` brings.
// A test that needs a server says so in its file's name, or lives in test/e2e, test/chaos or test/backup.
import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'
import { firstTries } from './test/support/run/first-tries.ts'
import { LongestFirst } from './test/support/run/sequencer.ts'

const SERVERS = ['test/**/*.{redis,mysql,nginx}.test.ts', 'test/{chaos,backup}/**/*.test.ts']
const PAGES = ['test/e2e/**/*.test.ts']

/** Temporary files are kept in memory where there is room: tests kill processes, never the machine, and a disk is shared. */
const MEMORY = '/dev/shm'
const ROOM = 4 * 2 ** 30
const TMPDIR = process.env.TMPDIR ?? makeFolder(hasRoom(MEMORY) ? MEMORY : tmpdir())

/** Tests start threads and programs by the thousand: each would strip and compile the same modules. */
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/node')

/** Gone when the run has ended, with whatever a test that broke off has left there. */
function makeFolder(place: string): string {
  const folder = mkdtempSync(join(place, 'hub-tests-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize >= ROOM
}

export default defineConfig({
  test: {
    pool: 'forks', // tests kill, freeze and limit processes
    isolate: false, // each file would load the same modules: two fifths of what tests without servers cost
    maxWorkers: Math.min(12, 3 * availableParallelism()), // a test without a page waits for three quarters of its time
    reporters: ['default', firstTries],
    env: { TMPDIR },
    // What takes a second here takes a minute on a machine that is busy with something else.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    teardownTimeout: 60_000,
    // --sequence.seed=N gives the order of a run again; each run prints its N.
    sequence: { sequencer: LongestFirst, shuffle: { tests: true } },
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...SERVERS, ...PAGES],
        },
      },
      {
        extends: true,
        test: { name: 'servers', include: SERVERS, exclude: [...configDefaults.exclude, ...PAGES] },
      },
      // A browser that has to share its processor may lose a click: what passes only a second time is named "(retry x1)", and its fault told.
      {
        extends: true,
        test: {
          name: 'pages',
          include: PAGES,
          retry: 1,
          // After all others, and fewer at once: a page gives a request up after 15 seconds, however busy the machine is.
          sequence: { groupOrder: 1 },
          maxWorkers: 2 * availableParallelism(),
        },
      },
    ],
  },
})
