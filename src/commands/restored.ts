// `npm run restored`: after the database was restored by its own tools, and before a hub starts on it.
import { runCommand, sayHeld } from './command.ts'
import { finishRestore } from '../wire/backup.ts'

await runCommand('restored', async (config) => {
  sayHeld(await finishRestore(config), 'after the backup')
})
