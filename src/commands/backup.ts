// `npm run backup -- DIR`: what the hub keeps in DATA_DIR goes into a new folder, also while it runs.
import { folderArgument, runCommand, say } from './command.ts'
import { backUpHere, elsewhere } from '../wire/backup.ts'

await runCommand('backup', async (config) => {
  const to = folderArgument('npm run backup -- DIR')
  const others = elsewhere(config)
  if (config.DATABASE_URL && !config.REDIS_URL)
    say('Back up the database before this: its position must not be ahead of this copy of the feed.')
  const made = await backUpHere(config, to)
  const files = made?.files ?? new Map<string, string>()
  if (!made) say(`${config.DATA_DIR} holds nothing to back up: ${to} was not created.`)
  const mails = [...files.keys()].filter((path) => path.startsWith('outbox')).length
  for (const path of files.keys()) if (!path.startsWith('outbox')) say(`${to}/${path}`)
  if (mails > 0) say(`${to}/outbox: ${mails} mails`)
  if (others.length > 0) say(`Not included: ${others.join(' and ')}. See docs/backup.md.`)
  if (!files.has('secret'))
    say('SECRET comes from your settings: keep it as well, as the links in sent mails need it.')
})
