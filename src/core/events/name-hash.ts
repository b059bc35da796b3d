// A name as a number, to rule events out quickly when searching for a name. Two names may share a number.

/** FNV-1a, 32 bits. It need not be secret: it is stored beside the events, which hold the name itself. */
export function hashOf(name: string): number {
  let hash = 0x811c9dc5
  for (let n = 0; n < name.length; n++) hash = Math.imul(hash ^ name.charCodeAt(n), 0x01000193)
  return hash >>> 0
}

/** Hashes side by side, four bytes each, little-endian like all machines that the hub runs on. */
export const hashBytes = (hashes: Iterable<number>): Buffer => Buffer.from(Uint32Array.from(hashes).buffer)
