// Bytes as SQLite and threads hand them over, as a Buffer on the same memory.
export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
