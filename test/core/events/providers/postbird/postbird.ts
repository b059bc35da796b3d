// Postbird, a mail provider that does not exist.
import { isRobot } from '../../../../../src/core/events/agents.ts'
import type { Kind } from '../../../../../src/core/events/event.ts'
import { NO_FACTS, type Reason } from '../../../../../src/core/events/facts.ts'
import { asName, asObject, asShort, asText, own } from '../../../../../src/core/events/intake/payload.ts'
import type { Provider } from '../../../../../src/core/events/providers/provider.ts'

const WORDS: Readonly<Record<string, Kind>> = {
  'mail.accepted': 'delivered',
  'mail.returned': 'bounced',
  'mail.seen': 'opened',
}
const REASONS: Readonly<Record<string, Reason>> = { 'nobody there': 'no_such_mailbox' }

export const postbird: Provider = {
  name: 'postbird',
  words: WORDS,
  lists: [],
  kindOf(payload) {
    const what = asText(asObject(payload).what)
    return what === null ? undefined : (own(WORDS, what) ?? 'unknown')
  },
  factsOf({ when, letter, why, answer, program }, kind) {
    const { id, to, title, labels } = asObject(letter)
    const at = Date.parse(asText(when) ?? '')
    return {
      ...NO_FACTS,
      at: Number.isFinite(at) ? at : null,
      recipient: asName(to),
      messageId: asName(id),
      subject: asShort(title, 1_000),
      reason: kind === 'bounced' ? (own(REASONS, asText(why) ?? '') ?? 'other') : null,
      answer: asShort(answer, 1_000),
      robot: kind === 'opened' ? isRobot(asText(program) ?? '', '') : null,
      campaignId: asName(asObject(labels).campaign_id),
      deliveryId: asName(asObject(labels).delivery_id),
    }
  },
}
