// `npm run restored`: after the database was restored by its own tools, and before a hub starts on it.
import { runCommand, say } from './command.ts'
import { finishRestore } from '../wire/backup.ts'

await runCommand('restored', async (config) => {
  const held = await finishRestore(config)
  say(`${held} campaigns are paused: whoever got them after the backup is not known here.`)
})
