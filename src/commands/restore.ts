// `npm run restore -- DIR`: a backup comes back into an empty DATA_DIR. No hub runs meanwhile.
import { folderArgument, runCommand, say, sayHeld } from './command.ts'
import { elsewhere, restoreHere } from '../wire/backup.ts'

await runCommand('restore', async (config) => {
  const from = folderArgument('npm run restore -- DIR')
  const { backup, held } = await restoreHere(config, from)
  say(`${config.DATA_DIR} is as it was at ${new Date(backup.madeAt).toISOString()}.`)
  if (held !== undefined) sayHeld(held, 'since then')
  const others = elsewhere(config)
  if (others.length > 0) say(`Not included: ${others.join(' and ')}. See docs/backup.md.`)
  if (config.DATABASE_URL) say('When the database has been restored as well: npm run restored')
})
