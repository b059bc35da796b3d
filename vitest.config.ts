// Two kinds of tests: `fast` needs nothing but npm packages, `servers` needs what `npm run setup` brings.
// A test that needs a server says so in its file's name, or lives in test/e2e, test/chaos or test/backup.
import { configDefaults, defineConfig } from 'vitest/config'

const SERVERS = ['test/**/*.{redis,mysql,nginx}.test.ts', 'test/{e2e,chaos,backup}/**/*.test.ts']

export default defineConfig({
  test: {
    pool: 'forks', // tests kill, freeze and limit processes
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
