// Two kinds of tests: `fast` needs nothing but npm packages, `servers` needs what `npm run setup` brings.
// A test that needs a server says so in its file's name, or lives in test/e2e, test/chaos or test/backup.
import { existsSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

const SERVERS = ['test/**/*.{redis,mysql,nginx}.test.ts', 'test/{e2e,chaos,backup}/**/*.test.ts']

/** Temporary files are kept in memory where there is room: tests kill processes, never the machine, and a disk is shared. */
const MEMORY = '/dev/shm'
const ROOM = 4 * 2 ** 30
const TMPDIR = !process.env.TMPDIR && hasRoom(MEMORY) ? MEMORY : tmpdir()

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize >= ROOM
}

export default defineConfig({
  test: {
    pool: 'forks', // tests kill, freeze and limit processes
    env: { TMPDIR },
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          // --sequence.seed=N gives the order of a run again; each run prints its N. Those below share a server in their order.
          sequence: { shuffle: { tests: true } },
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...SERVERS],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'servers',
          include: SERVERS,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2, // each file starts servers of its own
        },
      },
    ],
  },
})
