// A name as a number: who looks for it passes over what has another one. Two names may share theirs.

/** FNV-1a, 32 bits. No secret: it is kept beside the events, which have the name itself. */
export function hashOf(name: string): number {
  let hash = 0x811c9dc5
  for (let n = 0; n < name.length; n++) hash = Math.imul(hash ^ name.charCodeAt(n), 0x01000193)
  return hash >>> 0
}

/** Hashes side by side, four bytes each, the lowest first: as all machines lay them out that Node runs on here. */
export const hashBytes = (hashes: Iterable<number>): Buffer => Buffer.from(Uint32Array.from(hashes).buffer)
