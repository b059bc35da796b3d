// Bounds the bytes of request bodies in memory at the same time, however many clients send. Only bytes that have arrived count: what
// a header announces costs nothing, and takes nothing away from others.

type Upload = {
  /** Uploads of a lower rank are dropped first. */
  readonly rank: number
  readonly address: string
  /** Called when the upload has to make way. */
  readonly drop: () => void
}

export type ByteBudget = ReturnType<typeof createByteBudget>
export type Share = ReturnType<ByteBudget['open']>

/** `place`: the index among those still arriving; NOWHERE once it is complete, or over. `byteMs`: see costOf. */
type OpenShare = Upload & { bytes: number; byteMs: number; since: number; place: number; isOver: boolean }

const NOWHERE = -1

/** Making room frees more than needed: else, in a flood, every piece of a body would search all uploads. */
const LOW_WATER = 7 / 8

export function createByteBudget(limit: number, now = () => performance.now()) {
  /** An array, because a Set whose entries come and go keeps old tables, and all in them, in memory. */
  const arriving: OpenShare[] = []
  let taken = 0

  /** Takes a share off the list of those that can be dropped. The last one moves to its place. */
  function settle(share: OpenShare): void {
    const { place } = share
    const last = place === NOWHERE ? undefined : arriving.pop()
    share.place = NOWHERE
    if (!last || last === share) return
    arriving[place] = last
    last.place = place
  }

  /** What a share has cost so far: bytes times the milliseconds that they were in memory. */
  function costOf(share: OpenShare): number {
    share.byteMs += share.bytes * (now() - share.since)
    share.since = now()
    return share.byteMs
  }

  function release(share: OpenShare): void {
    if (share.isOver) return
    share.isOver = true
    settle(share)
    taken -= share.bytes
  }

  /**
   * Drops first what has occupied the most memory for the longest: a batch that arrives at the speed of a mail server has cost nearly
   * nothing when it is complete, many slow uploads cost much. All uploads of one address count together.
   */
  function makeRoom(): void {
    const ofAddress = new Map<string, number>()
    for (const share of arriving)
      ofAddress.set(share.address, (ofAddress.get(share.address) ?? 0) + costOf(share))
    const order = arriving.toSorted(
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
      const share: OpenShare = {
        ...upload,
        bytes: 0,
        byteMs: 0,
        since: now(),
        place: arriving.length,
        isOver: false,
      }
      arriving.push(share)
      return {
        /** Counts bytes that have arrived. Without room for them, calls `drop` of some upload, perhaps of this one. */
        add(bytes: number): void {
          if (share.isOver) return
          costOf(share)
          share.bytes += bytes
          taken += bytes
          if (taken > limit) makeRoom()
        },
        /** The body is complete and being worked on: from now on it is not dropped. */
        complete: (): void => settle(share),
        release: (): void => release(share),
      }
    },
  }
}
