// The commands that a page of docs/ shows, run as an operator would: so that page and tests cannot drift apart.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '../..')

/** The block below `<!-- commands: NAME -->`. */
export function docCommands(page: string, name: string): string {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8')
  const [, rest = ''] = text.split(`<!-- commands: ${name} -->\n`)
  const block = /^\n```sh\n([\s\S]*?)\n```\n/.exec(rest)?.[1]
  if (block === undefined) throw new Error(`docs/${page} shows no commands to ${name}`)
  return block
}

/** Runs them in the project's folder with these settings, and gives what they printed. Rejects when one fails. */
export const runDoc = (page: string, name: string, env: Record<string, string>): Promise<string> =>
  runShell(docCommands(page, name), env)

/** The same, with each `npm run …` given to `program` instead: such a line needs two processes, and says no more. */
export async function runDocWith(
  program: (command: string) => Promise<void>,
  page: string,
  name: string,
  env: Record<string, string>,
): Promise<string> {
  let printed = ''
  for (const part of docCommands(page, name).split(/^(npm run .*)\n?/m)) {
    if (part.startsWith('npm run ')) await program(part)
    else if (part) printed += await runShell(part, env)
  }
  return printed
}

export async function runShell(commands: string, env: Record<string, string>): Promise<string> {
  const { PATH = '', HOME = '' } = process.env
  const options = { cwd: ROOT, env: { PATH, HOME, ...env } }
  const { stdout, stderr } = await promisify(execFile)('sh', ['-euc', commands], options)
  return stdout + stderr
}
