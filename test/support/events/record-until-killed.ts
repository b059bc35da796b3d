// A process that records events until it is killed. Arguments: the database's kind and place, and a batch's size.
import { createEventArchive } from '../../../src/adapters/sql/events/archive.ts'
import { EPOCH, makeRows, openDatabase } from '../database/sql-lab.ts'

const [kind = '', place = '', size] = process.argv.slice(2)
const archive = createEventArchive(await openDatabase(kind, place))
process.stdout.write('ready\n')
for (let from = await archive.position(); ;) {
  const to = { epoch: EPOCH, seq: from.seq + Number(size) }
  await archive.record(from, to, makeRows(from.seq + 1, to.seq, { tags: ['news'] }))
  process.stdout.write('recorded\n')
  from = to
}
