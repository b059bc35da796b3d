// Warns the operator at the start if this Redis could lose events that the hub has answered with 200.
import type { Log } from '../../../core/log.ts'
import { reasonOf, type Session } from '../connection.ts'

type Durability = {
  readonly evictionPolicy: string | undefined
  readonly appendOnly: string | undefined
  readonly appendFsync: string | undefined
  /** The rules for snapshots; empty: none are made. */
  readonly save: string | undefined
}

async function readDurability({ redis }: Session): Promise<Durability> {
  const names = ['maxmemory-policy', 'appendonly', 'appendfsync', 'save']
  const reply = (await redis.call('CONFIG', 'GET', ...names)) as string[]
  const value = (name: string): string | undefined => reply[reply.indexOf(name) + 1]
  return {
    evictionPolicy: value('maxmemory-policy'),
    appendOnly: value('appendonly'),
    appendFsync: value('appendfsync'),
    save: value('save'),
  }
}

/** One sentence for each way in which events could be lost. */
export function dangers({ evictionPolicy, appendOnly, appendFsync, save }: Durability): string[] {
  const found: string[] = []
  if (evictionPolicy !== 'noeviction')
    found.push(
      `maxmemory-policy is ${evictionPolicy}: when memory runs out, Redis may drop events or the ids that ` +
        'recognise duplicates. Set it to noeviction',
    )
  if (appendOnly !== 'yes' && !save)
    found.push('Redis keeps nothing on disk: a restart loses every event. Set appendonly to yes')
  else if (appendOnly !== 'yes')
    found.push(
      'Redis keeps only snapshots: a crash loses the events since the last one. Set appendonly to yes',
    )
  else if (appendFsync !== 'always')
    found.push(
      `appendfsync is ${appendFsync}: a power loss may lose the last ` +
        `${appendFsync === 'everysec' ? 'two seconds' : 'half a minute'}. Set it to always if that is too much`,
    )
  return found
}

export async function tellDurability(session: Session, log: Log): Promise<void> {
  let durability: Durability
  try {
    durability = await readDurability(session)
  } catch (error) {
    log.warn(
      { reason: reasonOf(error) },
      'Redis does not tell how it keeps data (CONFIG GET is refused): check it yourself',
    )
    return
  }
  for (const danger of dangers(durability)) log.warn(durability, danger)
  log.info(durability, 'The event feed is kept in Redis')
}
