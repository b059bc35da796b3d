// Why something that the hub leans on cannot be used: in one line, for who has to mend it.
import { isHubError } from './errors.ts'

/** The innermost reason that says anything. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (isHubError(error) && error.cause) return causeOf(error.cause)
  // A name with several addresses: each of them was tried, and the error itself says nothing.
  if (error instanceof AggregateError) return [...new Set(error.errors.map(causeOf))].join('; ')
  return oneLine(error.message || String((error as NodeJS.ErrnoException).code ?? error.name))
}

const CERTIFICATE =
  /CERT_|_CERT|_SIGNATURE$|SELF_SIGNED|^ERR_(TLS|SSL)|^HANDSHAKE_(NO_)?SSL|^CRL_|HOSTNAME_MISMATCH/

/** A certificate or a way of speaking that the two sides do not share: waiting does not mend that. */
export function isTlsFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (CERTIFICATE.test(String((error as NodeJS.ErrnoException).code))) return true
  return error.cause !== undefined && isTlsFault(error.cause)
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, '; ').trim()
