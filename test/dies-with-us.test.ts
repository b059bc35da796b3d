import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { until } from './support/eventually.ts'

const MODULE = join(import.meta.dirname, 'support/run/dies-with-us.ts')
const SCRIPT = `import { spawn } from 'node:child_process'
  import { diesWithUs } from ${JSON.stringify(MODULE)}
  console.log(spawn(...diesWithUs('sleep', ['600'])).pid)`

test.runIf(process.platform === 'linux')('what a killed test has started ends with it', async () => {
  const parent = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [pid] = await once(parent.stdout, 'data')
  parent.kill('SIGKILL')
  await until(() => expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH'))
})
