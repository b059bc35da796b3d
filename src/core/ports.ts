// What several rooms of core ask of the world.
// Every sentence here is a promise that test/contracts/ holds against each adapter.

/** The order of a page: from the first entry on, or from the last one back. */
export type Order = 'asc' | 'desc'

/** Leases: the right to do something alone for a while, among all processes on the same database. */
export type Leases = {
  /**
   * True if `owner` has the lease from now on for `lifeMs`, because nobody else had it. It goes by the store's clock, since those
   * of processes differ.
   */
  take(name: string, owner: string, lifeMs: number): Promise<boolean>
  release(name: string, owner: string): Promise<void>
}

/** Keys that all processes remember for a while: what was used already, and how often something was asked for. */
export type OneTime = {
  /** True for the first call with this key within its life, false for all later ones. */
  first(key: string, lifeMs: number): Promise<boolean>
  /** Whether `first` was called with this key within its life. Keys that live a day or more outlast a restart. */
  isUsed(key: string): Promise<boolean>
  /** Since when it remembers, in ms: it cannot say that an older key is unused (it may have been emptied). */
  since(): Promise<number>
  /** How often this was called with a key since its window began, including now, and how long the window still lasts. */
  count(key: string, windowMs: number): Promise<{ readonly count: number; readonly leftMs: number }>
}

/** One of the processes that share the stores. */
export type Process = {
  readonly id: string
  readonly role: string
  readonly version: string
  /** When it started, and when it reported last: milliseconds since 1970, by its own clock. */
  readonly since: number
  readonly seen: number
}

/** The processes that share the stores, as each reports itself. */
export type Processes = {
  tell(me: Process): Promise<void>
  /** Entries that cannot be read (of another version, or damaged) are skipped. */
  list(): Promise<readonly Process[]>
  leave(id: string): Promise<void>
}
