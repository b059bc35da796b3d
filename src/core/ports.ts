// What every side asks of the world, in common: to be alone, and to be the first.
// Every sentence here is a promise that test/contracts/ holds against each adapter.

/** Of a page: from the first one on, or from the last one back. */
export type Order = 'asc' | 'desc'

/** A right to do something alone for a while, among all processes on the same database. */
export type Leases = {
  /**
   * True when `owner` has it from now on for `lifeMs`: nobody else had it, or it was the owner's already. By one clock for all of
   * them, the store's: those of processes differ.
   */
  take(name: string, owner: string, lifeMs: number): Promise<boolean>
  release(name: string, owner: string): Promise<void>
}

/** Remembers for a while, among all processes, what was used already. */
export type OneTime = {
  /** True for the first who asks for this key within its life; false for everybody after. */
  first(key: string, lifeMs: number): Promise<boolean>
  /** Whether `first` was asked for this key within its life. Words that live a day or more outlast a restart. */
  isUsed(key: string): Promise<boolean>
  /** Since when it remembers, in ms: of what is older (it was emptied, or is not of a backup) it cannot say that it is unused. */
  since(): Promise<number>
  /** How often this was asked for a key since its window began, this time too; and how long the window lasts yet. */
  count(key: string, windowMs: number): Promise<{ readonly count: number; readonly leftMs: number }>
}

/** One of those that share the stores. */
export type Process = {
  readonly id: string
  readonly role: string
  readonly version: string
  /** When it was started, and when it told of itself last: milliseconds since 1970, by its own clock. */
  readonly since: number
  readonly seen: number
}

/** What each process tells of itself, for the others. */
export type Processes = {
  tell(me: Process): Promise<void>
  /** What cannot be read is passed over: it is of another version, or damaged. */
  list(): Promise<readonly Process[]>
  leave(id: string): Promise<void>
}
