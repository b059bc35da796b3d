// Sender and recipient of a mail: a name and an address, as people write them and as mail servers accept them.

export type Mailbox = { readonly name: string; readonly address: string }

const CONTROL = /[\x00-\x1f\x7f]/
/** RFC 5321 section 4.5.3.1: what a path holds without its angle brackets. */
const ADDRESS_LENGTH = 254

/** `address`, `Name <address>` or `"Name, with anything" <address>`; undefined for anything else. */
export function parseMailbox(text: string): Mailbox | undefined {
  const match = /^([^<>]*)<([^<>]*)>\s*$/.exec(text)
  const [name = '', address = ''] = match ? match.slice(1) : ['', text]
  const bare = address.trim()
  if (CONTROL.test(text) || !/^[^\s@<>,;]+@[^\s@<>,;]+$/.test(bare)) return undefined
  return { name: unquote(name.trim()), address: bare }
}

function unquote(name: string): string {
  return /^".*"$/.test(name) ? name.slice(1, -1).replace(/\\(.)/g, '$1') : name
}

/**
 * An address as SMTP carries it: the domain in ASCII (RFC 5891). undefined where there is none: for an empty or impossible
 * part, and for a local part beyond ASCII, which only servers with SMTPUTF8 (RFC 6531) accept.
 */
export function toSmtpAddress(address: string): string | undefined {
  const at = address.lastIndexOf('@')
  const local = address.slice(0, Math.max(at, 0))
  const domain = toAsciiDomain(address.slice(at + 1))
  const smtp = `${local}@${domain}`
  return domain && isLocalPart(local) && smtp.length <= ADDRESS_LENGTH ? smtp : undefined
}

/** Why no mail is made for such an address: hardly any mail server takes it. */
export const BEYOND_ASCII = 'letters beyond ASCII before the @'

export function isBeyondAscii(address: string): boolean {
  return /[^\x00-\x7f]/.test(address.slice(0, Math.max(address.lastIndexOf('@'), 0)))
}

function isLocalPart(local: string): boolean {
  return /^(?:[^\s"()<>@,;:\\[\]\x00-\x20\x7f-\uffff]+|"(?:[ !#-;=?-[\]-~]|\\[!-;=?-~])*")$/.test(local)
}

/** The domain in ASCII and lower case; '' if it is no domain. */
export function toAsciiDomain(domain: string): string {
  if (/^[a-z0-9.-]+$/i.test(domain)) return domain.toLowerCase()
  if (/^\[[\da-f.:]+\]$/i.test(domain)) return domain
  if (/[\x00-\x2c/:-@[-`{-\x7f]/.test(domain)) return ''
  const url = `http://${domain}/` // the URL parser has the only IDNA tables that need no package
  return URL.canParse(url) ? new URL(url).hostname : ''
}
