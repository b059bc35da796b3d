// What `npm run chaos` says of itself.
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

test.each([[], ['loop'], ['sending']])(
  '--help says what can be asked for, and starts nothing: %s',
  (...run) => {
    const { status, stdout } = spawnSync(process.execPath, ['test/chaos/run.ts', ...run, '--help'])
    expect(String(stdout)).toContain('npm run chaos [soak | sending | loop]')
    expect(status).toBe(0)
  },
)
