// Why a store or a server cannot be used: in one line, for the person who has to mend it.
import { isHubError } from './errors.ts'

/** The innermost reason that says something. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (isHubError(error) && error.cause) return causeOf(error.cause)
  // The host name has several addresses. Each was tried, and the error itself says nothing.
  if (error instanceof AggregateError) return [...new Set(error.errors.map(causeOf))].join('; ')
  return oneLine(error.message || String((error as NodeJS.ErrnoException).code ?? error.name))
}

const CERTIFICATE =
  /CERT_|_CERT|_SIGNATURE$|SELF_SIGNED|^ERR_(TLS|SSL)|^HANDSHAKE_(NO_)?SSL|^CRL_|HOSTNAME_MISMATCH/

/** A faulty certificate, or no common TLS version: waiting does not help. */
export function isTlsFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (CERTIFICATE.test(String((error as NodeJS.ErrnoException).code))) return true
  return error.cause !== undefined && isTlsFault(error.cause)
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, '; ').trim()
