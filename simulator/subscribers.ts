// Made-up subscribers of a made-up list. Always the same ones, so that a list that is filled twice does not grow.
import { createRandom } from './random.ts'

const GIVEN = [
  'Ada',
  'Bogdan',
  'Chiara',
  'Dmitri',
  'Eun-ji',
  'Fatou',
  'Grzegorz',
  'Hana',
  'Ines',
  'Jürgen',
  'Kofi',
  'Léa',
]
const FAMILY = [
  'Almeida',
  'Berg',
  'Choi',
  'Diallo',
  'Eriksen',
  'Fontana',
  'García',
  'Haddad',
  'Ivanova',
  'Jansen',
  'Kim',
]
const KOREAN = [
  { name: '김민준', local: 'minjun.kim' },
  { name: '이서연', local: 'seoyeon.lee' },
  { name: '박도윤', local: 'doyun.park' },
  { name: '최지우', local: 'jiwoo.choi' },
  { name: '정하은', local: 'haeun.jung' },
  { name: '강시우', local: 'siwoo.kang' },
  { name: '조예린', local: 'yerin.cho' },
  { name: '윤건우', local: 'geonwoo.yoon' },
]
/** As large as each provider is among the subscribers. None of them takes mail (RFC 2606). */
const DOMAINS = [
  ...Array.from({ length: 5 }, () => 'naver.example'),
  ...Array.from({ length: 4 }, () => 'gmail.example'),
  'outlook.example',
  'uni.example',
  'company.example',
]

type MadeUpSubscriber = { readonly email: string; readonly name: string }

export function makeUpSubscribers(count: number, seed = 2030): MadeUpSubscriber[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, n) => {
    const [given, family] = [random.pick(GIVEN), random.pick(FAMILY)]
    const western = { name: `${given} ${family}`, local: toAscii(`${given}.${family}`) }
    const { name, local } = random.chance(0.3) ? random.pick(KOREAN) : western
    const email = `${local}.${n + 1}@${random.pick(DOMAINS)}`
    return { email, name: random.chance(0.1) ? '' : name }
  })
}

export function toCsv(subscribers: readonly MadeUpSubscriber[]): string {
  return ['email,name', ...subscribers.map(({ email, name }) => `${email},${name}`)].join('\n')
}

function toAscii(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[^a-zA-Z.-]/g, '')
    .toLowerCase()
}
