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
  // A program's fault is found by its stack; what the world did is said by its message.
  const cause = level >= ERROR ? (err?.stack ?? err?.message) : err?.message
  const said = [msg, ...more].join('  ')
  return `${clockOf(time)}  ${grade}  ${plain(cause ? `${said}: ${cause}` : said)}`
}

function clockOf(time: number): string {
  return new Date(time).toLocaleTimeString('en-GB')
}

/** Strangers' words move no cursor and colour nothing. */
function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '?')
}
