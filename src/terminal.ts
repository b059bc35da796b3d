// The log for a person at a terminal: a line of words for each entry. Where nobody reads along it stays JSON.
const WARN = 40
const ERROR = 50
/** What each line would repeat. */
const EVERYWHERE = new Set(['level', 'time', 'pid', 'hostname', 'msg'])

type Entry = {
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
  const { level, time, msg = '', err } = entry
  const more = Object.entries(entry)
    .filter(([name, value]) => !EVERYWHERE.has(name) && name !== 'err' && value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const grade = level >= ERROR ? 'ERROR' : level >= WARN ? 'WARN ' : '     '
  const said = plain([msg, ...more].join('  '))
  return `${clockOf(time)}  ${grade}  ${[said, ...causeOf(level, err)].join(': ')}`
}

/** A program's fault is found by its stack, indented as no entry is; what the world did is said by its message. */
function causeOf(level: number, { message, stack }: ErrorLike = {}): string[] {
  if (level >= ERROR && stack) return [stack.split('\n').map(plain).join('\n    ')]
  return message ? [plain(message)] : []
}

function clockOf(time: number): string {
  return new Date(time).toLocaleTimeString('en-GB')
}

/** Strangers' words move no cursor, colour nothing, begin no line, and stand in the order in which they are read. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '?')
}
