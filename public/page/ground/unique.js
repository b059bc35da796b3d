// A word that nobody has used before.

/** On https and localhost `crypto.randomUUID` would do; a hub in a local network has neither. */
export const unique = () =>
  [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('-')
