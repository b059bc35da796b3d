// A bound on the bytes of request bodies that are in memory at the same time, however many clients send. What counts is
// what has arrived: what a header claims costs nothing, and takes nothing away from anybody.

type Upload = {
  /** Who goes before whom: of a lower rank is let go first. */
  readonly rank: number
  readonly address: string
  /** Ends it: it has to make way. */
  readonly drop: () => void
}

export type ByteBudget = ReturnType<typeof createByteBudget>
export type Share = ReturnType<ByteBudget['open']>

/** `place`: among those that are coming; NOWHERE for one that is whole, or over. */
type Held = Upload & { bytes: number; byteMs: number; since: number; place: number; isOver: boolean }

const NOWHERE = -1

/** Room is made for more than the one who asks, or a flood would have each piece of a body look through all of them. */
const LOW_WATER = 7 / 8

export function createByteBudget(limit: number, now = () => performance.now()) {
  /** No Set: of one whose entries come and go, each table that it outgrows keeps the next one, and all in it, alive. */
  const coming: Held[] = []
  let taken = 0

  /** Makes way for nobody any more. The last one takes its place. */
  function leave(share: Held): void {
    const { place } = share
    const last = place === NOWHERE ? undefined : coming.pop()
    share.place = NOWHERE
    if (!last || last === share) return
    coming[place] = last
    last.place = place
  }

  /** What a share has cost so far: bytes times the time that they were held. */
  function costOf(share: Held): number {
    share.byteMs += share.bytes * (now() - share.since)
    share.since = now()
    return share.byteMs
  }

  function release(share: Held): void {
    if (share.isOver) return
    share.isOver = true
    leave(share)
    taken -= share.bytes
  }

  /**
   * Whoever holds the most for the longest goes first: a batch that comes at a mail server's speed has cost nearly nothing
   * when it is whole, many slow uploads cost much. An address answers for all that it sends.
   */
  function makeRoom(): void {
    const ofAddress = new Map<string, number>()
    for (const share of coming)
      ofAddress.set(share.address, (ofAddress.get(share.address) ?? 0) + costOf(share))
    const order = coming.toSorted(
      (a, b) =>
        a.rank - b.rank ||
        (ofAddress.get(b.address) ?? 0) - (ofAddress.get(a.address) ?? 0) ||
        b.byteMs - a.byteMs ||
        b.bytes - a.bytes,
    )
    for (const share of order) {
      if (taken <= limit * LOW_WATER) return
      release(share)
      share.drop()
    }
  }

  return {
    open(upload: Upload) {
      const share: Held = {
        ...upload,
        bytes: 0,
        byteMs: 0,
        since: now(),
        place: coming.length,
        isOver: false,
      }
      coming.push(share)
      return {
        /** So much more of it has arrived. May call `drop`, its own too, when there is no room. */
        add(bytes: number): void {
          if (share.isOver) return
          costOf(share)
          share.bytes += bytes
          taken += bytes
          if (taken > limit) makeRoom()
        },
        /** All of it is there, and it is being worked on: it makes way for nobody any more. */
        whole: (): void => leave(share),
        release: (): void => release(share),
      }
    },
  }
}
