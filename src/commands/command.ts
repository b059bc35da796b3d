// What the commands share: settings, a folder as argument, one clear line on failure.
import { resolve } from 'node:path'
import { loadConfig, type Config } from '../config/config.ts'

/** Runs a command. An error is printed in one line, and the exit code says so. */
export async function runCommand(name: string, work: (config: Config) => Promise<void>): Promise<void> {
  process.umask(0o077) // copies are for their owner only
  try {
    await work(loadConfig())
  } catch (error) {
    process.stderr.write(`${name} failed: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}

export function folderArgument(usage: string): string {
  const [folder, ...more] = process.argv.slice(2)
  if (!folder || more.length > 0 || folder.startsWith('-')) throw new Error(`usage: ${usage}`)
  return resolve(folder)
}

export function sayHeld(count: number, since: string): void {
  if (count === 0) return say('No campaign had to be paused.')
  const paused = count === 1 ? '1 campaign is paused' : `${count} campaigns are paused`
  say(`${paused}: it is not known here who got mails ${since}.`)
}

export const say = (line: string): void => void process.stdout.write(`${line}\n`)
