// The log for a person at a terminal: a sentence for each entry. Elsewhere the log stays JSON.
const WARN = 40
const ERROR = 50
/** Fields that are not shown as `name=value`. */
const EVERYWHERE = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'err'])
/** The cause follows the message, and then the hint what to do. */
const CAUSES = ['reason', 'cause', 'response']
const HINT = 'hint'
const REQUEST = ['method', 'route', 'path', 'status']

type Entry = Readonly<Record<string, unknown>> & {
  readonly level: number
  readonly time: number
  readonly msg?: string
  readonly err?: ErrorLike
}
type ErrorLike = { readonly message?: string; readonly stack?: string }

/** Where pino writes to. */
export function terminalLines(write: (text: string) => unknown): { write(entry: string): void } {
  return { write: (entry) => void write(`${lineOf(JSON.parse(entry) as Entry)}\n`) }
}

function lineOf(entry: Entry): string {
  const { level, time, err, hint } = entry
  const grade = level >= ERROR ? 'ERROR' : level >= WARN ? 'WARN ' : '     '
  const causes = CAUSES.flatMap((name) => entry[name] ?? []).map(textOf)
  const said = [[wordsOf(entry), ...causes].join(': '), ...(hint ? [capital(textOf(hint))] : [])].join('. ')
  const line = plain([said, ...otherFields(entry)].join('  '))
  return `${new Date(time).toLocaleTimeString('en-GB')}  ${grade}  ${[line, ...causeOf(level, err)].join(': ')}`
}

function wordsOf({ msg = '', method, route, path, status }: Entry): string {
  return msg === 'request' ? `${textOf(method)} ${textOf(route ?? path)}: ${textOf(status)}` : capital(msg)
}

/** All other fields, except what the message says already. The request's id comes last. */
function otherFields({ msg = '', reqId, ...entry }: Entry): string[] {
  const said = [...EVERYWHERE, ...CAUSES, HINT, ...(msg === 'request' ? REQUEST : [])]
  return Object.entries({ ...entry, reqId })
    .filter(([name, value]) => value !== undefined && !said.includes(name) && !isIn(msg, value))
    .map(([name, value]) => `${name}=${textOf(value)}`)
}

/** The value is the name of a setting, and the message names it. */
const isIn = (msg: string, value: unknown) => /^[A-Z_]+$/.test(String(value)) && msg.includes(String(value))
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** For an error the stack, indented; for a warning the message is enough. */
function causeOf(level: number, { message, stack }: ErrorLike = {}): string[] {
  if (level >= ERROR && stack) return [stack.split('\n').map(plain).join('\n    ')]
  return message ? [plain(message)] : []
}

/** Without control characters: a stranger's words must not move the cursor, change colours, begin lines or reverse text. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '?')
}
