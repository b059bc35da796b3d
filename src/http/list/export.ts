// The whole list as one CSV file.
import type { FastifyReply } from 'fastify'
import { csvLine } from '../../core/csv/write.ts'
import { LIST_COLUMNS } from '../../core/list/columns.ts'
import { isMailable } from '../../core/list/membership.ts'
import type { Subscriber, SubscriberQuery, SubscriberStore } from '../../core/list/ports.ts'
import { sendCsv } from '../server/answers/files.ts'
import { instant } from '../server/answers/schemas.ts'

/** Subscribers that are in memory at a time. */
const STEP = 1000

export function sendList(
  reply: FastifyReply,
  subscribers: Pick<SubscriberStore, 'find'>,
  filter: Omit<SubscriberQuery, 'limit' | 'after'>,
): Promise<FastifyReply> {
  return sendCsv(reply, 'subscribers', {
    columns: LIST_COLUMNS,
    full: STEP,
    page: (last) => subscribers.find({ ...filter, limit: STEP, after: last?.id }),
    toLine,
  })
}

function toLine(subscriber: Subscriber): string {
  const { id, email, name, subscribed, suppressed, createdAt, updatedAt } = subscriber
  const state = [String(subscribed), suppressed?.reason ?? '', String(isMailable(subscriber))]
  return csvLine([id, email, name, ...state, instant(createdAt), instant(updatedAt)])
}
