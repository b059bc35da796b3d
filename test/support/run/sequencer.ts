// The order of test files: the longest first, or the last of them would run alone. Those that need servers take the
// longest, however small they are: they wait for processes. Of the others, and among themselves, the largest: vitest takes
// a file's own size; here a file of a few lines is as large as the contracts that it runs. A file that waits by the clock says so.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const CONTRACTS = join(import.meta.dirname, '../../contracts')
/** In a file that takes ten seconds and hardly any work: as the last one it would keep everybody waiting. */
const WAITS = '// It waits by the clock.'
const LARGEST = 1e9

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sizes = new Map(files.map((file) => [file, sizeOf(file.moduleId)]))
    const needsServers = ({ project }: TestSpecification) => Number(project.name !== 'fast')
    return files.toSorted(
      (a, b) => needsServers(b) - needsServers(a) || (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0),
    )
  }
}

/** Contracts may name each other's types: each counts once. */
function sizeOf(file: string, seen = new Set<string>()): number {
  if (seen.has(file)) return 0
  seen.add(file)
  const text = readFileSync(file, 'utf8')
  if (text.includes(WAITS)) return LARGEST
  const imported = [...text.matchAll(/ from '(\.[^']+)'/g)].map(([, path = '']) => join(dirname(file), path))
  const contracts = imported.filter((path) => path.startsWith(CONTRACTS) && existsSync(path))
  return contracts.reduce((size, path) => size + sizeOf(path, seen), text.length)
}
