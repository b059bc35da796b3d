// Which errors mean that the database cannot be used now, and may be again later.
import { isTlsFault } from '../../../../core/causes.ts'
import { HubError, isHubError } from '../../../../core/errors.ts'

const REFUSALS = [1044, 1045, 1049, 1130, 1698]
const UNAVAILABLE: readonly (readonly [reason: string, ...numbers: number[]])[] = [
  ['going down, or the connection was ended', 1053, 1077, 1152, 1317, 1927, 4031],
  ['network', 1158, 1159, 1160, 1161],
  ['too many connections', 1040, 1129, 1203, 1226],
  ['not let in (any more)', ...REFUSALS],
  ['read-only, as in a failover', 1290, 1792, 1836],
  ['disk or storage engine', 3, 28, 1021, 1030, 1114],
  ['locked by others, again and again', 1205, 1213, 3024],
]
const NUMBERS = new Set(UNAVAILABLE.flatMap(([, ...numbers]) => numbers))
const CODES = /^(E[A-Z]+|PROTOCOL_\w+)$/
const POOL_MESSAGES = /^(Pool is closed|Queue limit reached|Can't (add|write))/

/** What the server quotes in these are names of databases, tables, columns, users; in all others it may be a value. */
const NAMES_ONLY = new Set([...REFUSALS, 1048, 1050, 1054, 1060, 1061, 1091, 1146, 1264, 1364, 1406])
/** From the first quote to the last but the one of a name at the end: a value may hold quotes, too. */
const QUOTED = /'.*'(?= for (?:key|column) )|'.*'/s

type DriverError = Error & { code?: unknown; fatal?: unknown; sql?: unknown; sqlMessage?: unknown }

export function errorNumber(error: unknown): number {
  return error instanceof Error && 'errno' in error ? Number(error.errno) : 0
}

/** The server has said it; anything else leaves open what the connection is still at. */
function isAnswer(error: unknown): boolean {
  return errorNumber(error) > 0
}

/** The connection is free for other things: the server has answered, or was not asked at all. */
export function isSettled(error: unknown): boolean {
  return isAnswer(error) || isHubError(error, 'archive.too_large')
}

/** A user, password, database or certificate that is wrong: at the start there is no sense in waiting. */
export function isRefusal(error: unknown): error is HubError {
  return error instanceof HubError && (REFUSALS.includes(errorNumber(error.cause)) || isTlsFault(error.cause))
}

/** archive.unavailable where it is that; any other error as it is. */
export function toHubError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof HubError) return error
  const details: DriverError = error
  hideValues(details)
  const unavailable =
    details.fatal === true ||
    NUMBERS.has(errorNumber(error)) ||
    CODES.test(String(details.code)) ||
    POOL_MESSAGES.test(error.message)
  return unavailable ? new HubError('archive.unavailable', { cause: error }) : error
}

/** Errors go into logs and into quarantine's reasons: subscribers' data must not. */
function hideValues(error: DriverError): void {
  delete error.sql // the statement with its values
  if (!isAnswer(error) || NAMES_ONLY.has(errorNumber(error))) return
  const { message, stack } = error
  const hidden = message.replace(QUOTED, "'…'")
  error.message = hidden
  if (stack !== undefined) error.stack = stack.replace(message, () => hidden)
  if ('sqlMessage' in error) error.sqlMessage = hidden
}
