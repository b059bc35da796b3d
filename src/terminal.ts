// The log for a person at a terminal: a sentence for each entry. Where nobody reads along it stays JSON.
const WARN = 40
const ERROR = 50
/** What each line would repeat. */
const EVERYWHERE = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'err'])
/** Why something is so follows the words; then what to do about it. */
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
  const line = plain([said, ...besides(entry)].join('  '))
  return `${new Date(time).toLocaleTimeString('en-GB')}  ${grade}  ${[line, ...causeOf(level, err)].join(': ')}`
}

function wordsOf({ msg = '', method, route, path, status }: Entry): string {
  return msg === 'request' ? `${textOf(method)} ${textOf(route ?? path)}: ${textOf(status)}` : capital(msg)
}

/** What is known besides; what the words have said already is not said again. The id of a request comes last. */
function besides({ msg = '', reqId, ...entry }: Entry): string[] {
  const said = [...EVERYWHERE, ...CAUSES, HINT, ...(msg === 'request' ? REQUEST : [])]
  return Object.entries({ ...entry, reqId })
    .filter(([name, value]) => value !== undefined && !said.includes(name) && !isIn(msg, value))
    .map(([name, value]) => `${name}=${textOf(value)}`)
}

/** The name of a setting. */
const isIn = (msg: string, value: unknown) => /^[A-Z_]+$/.test(String(value)) && msg.includes(String(value))
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** A program's fault is found by its stack, indented as no entry is; what the world did is said by its message. */
function causeOf(level: number, { message, stack }: ErrorLike = {}): string[] {
  if (level >= ERROR && stack) return [stack.split('\n').map(plain).join('\n    ')]
  return message ? [plain(message)] : []
}

/** Strangers' words move no cursor, colour nothing, begin no line, and stand in the order in which they are read. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '?')
}
