// Marks of a single process, against the contract; and without their file, nothing is claimed.
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createEmbeddedMarks } from '../../../src/adapters/embedded/sending/marks.ts'
import { openSendFile } from '../../../src/adapters/embedded/sending/store.ts'
import { marksContract } from '../../contracts/sending/marks.ts'
import { openEmbeddedSendLab } from '../../support/sending/send-lab.ts'

describe('marks, embedded', () => marksContract(openEmbeddedSendLab))

test('no mail is claimed in a file that was removed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hub-marks-'))
  const file = join(folder, 'sending.sqlite')
  const store = openSendFile(file)
  const marks = createEmbeddedMarks(store)
  const ref = { campaignId: 'c', chunk: 0, lane: 'default' }
  const { token } = await marks.take(ref)
  const claiming = () => marks.step(ref, token, [], [0])
  await rename(file, `${file}.away`)
  await expect(claiming()).rejects.toMatchObject({ code: 'sending.unavailable' })
  await rename(`${file}.away`, file)
  expect(await claiming()).toBe('go')
  store.close()
  await rm(folder, { recursive: true })
})
