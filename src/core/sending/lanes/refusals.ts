// Permanent answers: whom one is about, as far as it says so, and which answers say the same.
//
// RFC 3463 and the IANA registry define the codes, but servers do not keep to them: Yandex reports an unknown subscriber as
// 5.7.1, Postfix a bad sender as 5.1.0 at RCPT. So the words are looked at as well, and those that name the sender come first.
import { codesOf } from '../../campaigns/reasons.ts'

/** The mailbox does not exist, is closed, is full or takes no list mail; or no server of its domain can be reached. */
const MAILBOX_CODES = new Set(
  '5.1.1 5.1.2 5.1.3 5.1.4 5.1.6 5.1.10 5.2.1 5.2.2 5.2.4 5.4.1 5.4.4 5.6.7 5.7.13 5.7.17 5.7.18'.split(' '),
)

const SENDER_WORDS =
  /\bsend(?:er|ers|ing)\b|\bsubmission\b|return[- ]?path|\bmail from\b|\bfrom (?:address|header)\b|not verified|relay(?:ing)? (?:access )?(?:denied|not permitted|quota)|\byour (?:account|domain|ip|server|plan|quota|e-?mail address)\b/i

const WHOM = '(?:user|recipient|mailbox|mail box|account|address|addressee|alias|local part)'
const MAILBOX_WORDS = new RegExp(
  [
    `(?:no such|unknown|invalid|bad|illegal|non-?existent|unrout(?:e)?able|disabled|inactive) (?:e-?mail |local |virtual |destination )?${WHOM}`,
    `no ${WHOM} (?:here|by that name|available|found)`,
    `${WHOM}(?: name| address| id)?(?: is| was| has been|:)? (?:currently )?(?:unknown|un-?available|disabled|inactive|closed|deactivated|discontinued|full|invalid|undeliverable|not (?:found|known|exist|available|valid)|does ?n[o']t exist|doesn't exist|over (?:its )?quota)`,
    `not an? (?:valid|known) ${WHOM}`,
    `you tried to reach (?:does not exist|is (?:disabled|over quota|inactive))`,
    `does(?:n't| not) have an? [\\w.-]+ account`,
    `(?:mailbox|storage) (?:is )?(?:full|exceeds? (?:its |the )?quota)|exceeded storage allocation`,
  ].join('|'),
  'i',
)

/** The words are about us, whatever the code says. */
export function namesSender(response: string): boolean {
  return SENDER_WORDS.test(response)
}

/** It is about one subscriber's mailbox. Whom any other answer is about is open. */
export function isAboutSubscriber(response: string): boolean {
  if (namesSender(response)) return false
  return MAILBOX_CODES.has(codesOf(response).enhanced) || MAILBOX_WORDS.test(response)
}

const WORDS = 12

/** Equal for answers that say the same to different subscribers: without addresses, host names, numbers and ids. */
export function sameness(response: string): string {
  const { code, enhanced, words } = codesOf(response)
  const same = words
    .toLowerCase()
    .replace(/<[^>]*>|\S+@\S+|https?:\S+/g, ' ')
    .split(/[\s,;:()[\]{}"'=|/]+/)
    .filter((word) => !/[\d_]|\w\.\w/.test(word))
    .map((word) => word.replace(/[^\p{L}-]/gu, ''))
    .filter((word) => word !== '' && word !== '-')
  return [code, enhanced, ...same.slice(0, WORDS)].filter(Boolean).join(' ')
}
