// Scripts that are written without spaces: there a word may begin at each character.
const UNSPACED = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}]/gu
const MAY_BE_UNSPACED = /[\u0e00-\uffff]/

/** Where within a run of letters another word may begin, besides its start. */
export function* innerWords(run: string): Generator<number> {
  if (MAY_BE_UNSPACED.test(run)) for (const { index } of run.matchAll(UNSPACED)) if (index > 0) yield index
}
