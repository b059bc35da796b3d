// A worker that is killed by kill -9 in the middle of it. Arguments: the stores' kind and place, then what to do.
import { chunk, openStores } from './send-lab.ts'

const [kind = '', place = '', what] = process.argv.slice(2)
const { queue, marks } = openStores(kind, place)
const done = (text: string) => process.stdout.write(`${text}\n`)

if (what === 'take-chunk') {
  queue.work('default', 1, (ref) => {
    done(String(ref.chunk))
    return new Promise(() => {})
  })
} else {
  const { token } = await marks.take(chunk(1))
  const outcome = { n: 0, status: 'sent', attempts: 1, dueAt: 0, reason: '250 ok', at: 1 } as const
  await marks.step(chunk(1), token, [], [0])
  await marks.step(chunk(1), token, [outcome], [1])
  done(String(token))
}
setInterval(() => {}, 1000)
