// E-mail addresses: which are valid, and when two are the same.

export const EMAIL_LENGTH = 254
const LOCAL_LENGTH = 64
const DOMAIN_LENGTH = 253

/** RFC 5322, section 3.2.3, and letters of any script (RFC 6531). Quoted local parts are refused: nobody uses them. */
const ATOM = "[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+"
const LOCAL = new RegExp(`^${ATOM}(\\.${ATOM})*$`, 'u')
const ASCII_DOMAIN = /^([a-z\d]([a-z\d-]{0,61}[a-z\d])?\.)+(?!\d+$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/i
const ANY_DOMAIN = /^[\p{L}\p{M}\p{N}\p{Pd}.\u3002\uff0e\uff61\u00b7\u30fb\u200c\u200d]+$/u
export const CONTROL = /[\p{Cc}\u2028\u2029]/u

/** What is wrong with an address, to follow the field's name in a sentence; undefined: nothing. */
export function emailProblem(email: string): string | undefined {
  if (email === '') return 'must not be empty'
  if (!email.isWellFormed() || CONTROL.test(email)) return 'must not contain control characters'
  if (/\s/u.test(email)) return 'must not contain spaces'
  if (Buffer.byteLength(email) > EMAIL_LENGTH) return `must be at most ${EMAIL_LENGTH} bytes long`
  const [local = '', domain, more] = email.split('@')
  if (domain === undefined || more !== undefined) return 'must contain exactly one @'
  if (Buffer.byteLength(local) > LOCAL_LENGTH) return `must have at most ${LOCAL_LENGTH} bytes before the @`
  if (!LOCAL.test(local)) return 'must be an e-mail address: the part before the @ is not valid'
  if (asciiDomain(domain) === undefined)
    return 'must be an e-mail address: the part after the @ is not a domain with a dot'
  return undefined
}

/**
 * The form in which addresses are compared: without case, in one Unicode form, the domain as in DNS (RFC 5890). The case of the
 * local part might matter by RFC 5321, but does nowhere. Text that is no address has a key as well, which matches nothing else.
 */
export function emailKey(email: string): string {
  const at = email.lastIndexOf('@')
  const domain = email.slice(at + 1)
  const local = email
    .slice(0, at + 1)
    .normalize('NFC')
    .toLowerCase()
  return local + (asciiDomain(domain) ?? domain.toLowerCase())
}

/** What follows the @, valid or not. */
export const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase()

/** A host name or address of this very machine. */
export const isLoopback = (host: string): boolean => /^\[?(localhost|::1|127(\.\d{1,3}){3})]?$/i.test(host)

/** In lower case, and in punycode if internationalised; undefined if it is no domain with a dot. */
export function asciiDomain(domain: string): string | undefined {
  // URL does the same as domainToASCII (UTS 46), and more, so it must be given nothing but a host name.
  if (domain.length > DOMAIN_LENGTH) return undefined
  const isAscii = ASCII_DOMAIN.test(domain)
  if (!isAscii && !(ANY_DOMAIN.test(domain) && URL.canParse(`http://${domain}`))) return undefined
  const ascii = isAscii ? domain.toLowerCase() : new URL(`http://${domain}`).hostname
  return ascii.length <= DOMAIN_LENGTH && ASCII_DOMAIN.test(ascii) ? ascii : undefined
}
