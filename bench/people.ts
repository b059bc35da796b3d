// Made-up people of a mailing list, the same in each run: few common names and many rare ones, most of them at few providers.
const DOMAINS = ['gmail.com', 'naver.com', 'daum.net', 'yahoo.com', 'outlook.com', 'kakao.com', 'example.com']
const SYLLABLES = 'ka ki ko mi na ne no ra ri sa se ta to ya yu lo la li ma me mo da de do'.split(' ')
const FIRST_NAMES = 5_000
const LAST_NAMES = 50_000
const RARE_DOMAINS = 20_000

type Made = { readonly email: string; readonly name: string }

export function makePerson(n: number): Made {
  const first = wordOf(100 + rareness(n, 1, FIRST_NAMES))
  const last = wordOf(1_000 + rareness(n, 2, LAST_NAMES))
  const domain =
    DOMAINS[Math.floor(share(n, 3) * 8)] ?? `${wordOf(600 + rareness(n, 4, RARE_DOMAINS))}.example`
  return { email: `${first}.${last}${n}@${domain}`, name: `${first} ${last}` }
}

export function* makePeople(from: number, to: number): Generator<Made> {
  for (let n = from; n < to; n++) yield makePerson(n)
}

/** From 0 to 1, as if by chance: the end of MurmurHash3. */
function share(n: number, of: number): number {
  let mixed = Math.imul(n, 0x9e3779b1) + Math.imul(of, 0x85ebca77)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
}

/** Small numbers are common. */
const rareness = (n: number, of: number, most: number): number => Math.floor(most ** share(n, of))

function wordOf(number: number): string {
  let word = ''
  for (let rest = number; rest > 0; rest = Math.floor(rest / SYLLABLES.length))
    word += SYLLABLES[rest % SYLLABLES.length]
  return word
}
