// JSON in lines, each token of it as it came.

/** A text, a sign, or a word: blanks between them tell nothing. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g
/** Deeper ones stand below each other. */
const DEEPEST = 20

/**
 * With line breaks between its tokens, each of which stays as it came: whoever reads a number or a text anew, and writes it, may
 * write another.
 * @param {string} json
 */
export function inLines(json) {
  const tokens = json.match(TOKENS) ?? []
  const line = (/** @type {number} */ depth) => `\n${'  '.repeat(Math.min(depth, DEEPEST))}`
  const opens = (/** @type {string | undefined} */ token) => token === '{' || token === '['
  const closes = (/** @type {string | undefined} */ token) => token === '}' || token === ']'
  let depth = 0
  return tokens
    .map((token, index) => {
      if (opens(token)) {
        depth += 1
        return closes(tokens[index + 1]) ? token : token + line(depth)
      }
      if (closes(token)) {
        depth -= 1
        return opens(tokens[index - 1]) ? token : line(depth) + token
      }
      if (token === ',') return token + line(depth)
      return token === ':' ? ': ' : token
    })
    .join('')
}
