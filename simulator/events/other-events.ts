// Events that are not about a mail that was sent: list changes, inbound mails, and words nobody knows yet.
import { someAddress, someIp } from './message.ts'
import type { JsonObject } from './php-json.ts'
import type { Random } from '../random.ts'
import * as tables from './tables.ts'

/** A change of Mandrill's deny or allow list (docs: "Webhooks", section "Sync events"). */
export function syncEvent(random: Random, ts: number): JsonObject {
  const deny = random.chance(0.75)
  // Mailchimp's pages have said denylist and allowlist for years; the wire mostly says the old words.
  const modern = random.chance(0.2)
  const type = deny ? (modern ? 'denylist' : 'blacklist') : modern ? 'allowlist' : 'whitelist'
  // Only entries of the deny list are ever changed.
  const action = random.pick(deny ? ['add', 'add', 'change', 'remove'] : ['add', 'remove'])
  return {
    type,
    action,
    [deny ? 'reject' : 'entry']: deny ? rejectEntry(random, ts) : allowEntry(random, ts),
    ts,
  }
}

function rejectEntry(random: Random, ts: number): JsonObject {
  return {
    reason: random.pick(['hard-bounce', 'soft-bounce', 'spam', 'unsub', 'custom']),
    detail: random.pick(['smtp;550 5.1.1 no such mailbox', '손으로 추가됨', null]),
    last_event_at: phpDate(ts),
    email: someAddress(random),
    created_at: phpDate(ts - random.int(0, 400) * 86_400),
    expires_at: random.chance(0.7) ? phpDate(ts + random.int(1, 60) * 86_400) : null,
    expired: false,
    subaccount: random.chance(0.2) ? 'cust-123' : null,
    sender: random.chance(0.1) ? 'news@sender.example' : null,
  }
}

function allowEntry(random: Random, ts: number): JsonObject {
  return { email: someAddress(random), detail: null, created_at: phpDate(ts) }
}

/** `YYYY-MM-DD HH:MM:SS`, in UTC although it does not say so. */
function phpDate(ts: number): string {
  return new Date(ts * 1000).toISOString().slice(0, 19).replace('T', ' ')
}

/** A mail to an address that Mandrill receives for (docs: "Webhooks", section "Inbound messages"). */
export function inboundEvent(random: Random, ts: number): JsonObject {
  const from = someAddress(random)
  const subject = `Re: ${random.pick(tables.SUBJECTS)}`
  const messageId = `<${random.hex(20)}@client.example>`
  return {
    event: 'inbound',
    ts,
    msg: {
      raw_msg: `From: ${from}\nTo: reply@inbound.example\nMessage-Id: ${messageId}\n\nThank you / 고마워요\n`,
      headers: {
        From: from,
        To: 'reply@inbound.example',
        'Message-Id': messageId,
        Received: [
          `from client.example (${someIp(random)}) by mx.example`,
          'from localhost by client.example',
        ],
      },
      text: 'Thank you / 고마워요\n',
      html: '<p>Thank you / 고마워요</p>\n',
      from_email: from,
      from_name: random.pick(tables.GIVEN_NAMES),
      to: [['reply@inbound.example', null]],
      email: 'reply@inbound.example',
      subject,
      tags: [],
      sender: null,
      dkim: { signed: random.chance(0.8), valid: random.chance(0.7) },
      spf: { result: 'pass', detail: 'sender SPF authorized' },
      spam_report: { score: -0.1, matched_rules: [{ name: 'HTML_MESSAGE', score: 0, description: null }] },
      attachments: {},
    },
  }
}

/** "New keys may be added … without advance notice" (docs: "Webhook format"): and so may new words. */
export function unknownEvent(random: Random, ts: number): JsonObject {
  const email = someAddress(random)
  return random.chance(0.5)
    ? { event: 'read_aloud', ts, _id: random.hex(32), msg: { email, subject: null, voice: { speed: 1.5 } } }
    : { type: 'greylist', action: 'add', entry: { email, created_at: phpDate(ts) }, ts, new_key: [1, null] }
}
