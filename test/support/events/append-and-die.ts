// A hub's process that is killed by kill -9 right after its feed has said that a batch is stored.
// Arguments: embedded FILE | redis URL, then how many events to append and their label.
import { openEmbeddedFeed } from '../../../src/adapters/embedded/feed/feed.ts'
import { openRedisFeed } from '../../../src/adapters/redis/feed/feed.ts'
import { makeEvents, ROOMY, silentLog } from './feed-lab.ts'
import { NOON } from '../times.ts'

const [kind, place = '', count, label] = process.argv.slice(2)
const options = { ...ROOMY, now: () => NOON, log: silentLog }
const feed =
  kind === 'embedded'
    ? await openEmbeddedFeed({ ...options, file: place })
    : openRedisFeed({ ...options, url: place })

const stored = await feed.append(makeEvents(Number(count), label))
process.stdout.write(JSON.stringify(stored), () => process.kill(process.pid, 'SIGKILL'))
