// Queue, marks and lanes for a single process; the first two in one file.
import type { Log } from '../../../core/log.ts'
import type { LaneConfig } from '../../../core/sending/lanes/lanes.ts'
import type { SendStores } from '../../../core/sending/ports.ts'
import { createEmbeddedLaneControl } from './lane-control.ts'
import { createEmbeddedMarks } from './marks.ts'
import { openEmbeddedSendQueue } from './queue.ts'
import { openSendFile } from './store.ts'

type EmbeddedSendOptions = {
  readonly file: string
  readonly configs: readonly LaneConfig[]
  readonly now?: (() => number) | undefined
  readonly log: Log
}

export function openEmbeddedSendStores({ file, configs, now, log }: EmbeddedSendOptions): SendStores {
  const store = openSendFile(file)
  const queue = openEmbeddedSendQueue(store, log)
  const lanes = createEmbeddedLaneControl(configs, now)
  return {
    queue,
    marks: createEmbeddedMarks(store),
    lanes: {
      ...lanes,
      // What nothing can be sent without is unknown, not open.
      states: async () => (store.check(), lanes.states()),
    },
    close: () => queue.close().finally(() => store.close()),
  }
}
