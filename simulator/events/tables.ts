// The simulated world: people, subjects, servers' answers, mail programs and places. All of it is made up.

export const GIVEN_NAMES = [
  'ada',
  'bogdan',
  'chiara',
  'dmitri',
  'eun-ji',
  'fatou',
  'grzegorz',
  'hana',
  'ines',
  'jürgen',
  'kofi',
  'léa',
  'minh',
  'nadia',
  'søren',
  'yuki',
] as const

export const DOMAINS = [
  'naver.example',
  'naver.example',
  'gmail.example',
  'gmail.example',
  'gmail.example',
  'outlook.example',
  'company.example',
  'uni.example',
] as const

/** What newsletters and shops write, in several scripts; one of them is hostile, as real ones may be. */
export const SUBJECTS = [
  'Your weekly letter',
  'Order 4/7: on its way',
  'Sale: up to 50 % off / this week only',
  '안녕하세요 — 이번 주 소식 ✓',
  'ご注文ありがとうございます',
  'Ваш счёт за май',
  'Dein Abo läuft ab – jetzt verlängern',
  'Nouveautés d’été à découvrir',
  'مرحبا بك في النشرة',
  'We miss you 😀',
  'Invitation: "Tea & talk" <Thursday>',
  '<img src=x onerror="document.title=1">',
] as const

export const TAGS = ['newsletter', 'receipt', 'welcome', 'password-reset', 'été'] as const

export const CAMPAIGNS = ['spring-letter', 'summer-sale', 'product-news'] as const

export const LINKS = [
  'https://shop.example/offers?utm_source=mail&utm_campaign=spring',
  'https://shop.example/products/42/teapot',
  'https://news.example/2030/05/quiet-gardens',
  'http://news.example/설정',
] as const

/** Mandrill's bounce_description and bgtools_code, and what the receiving server said. */
export const HARD_BOUNCES = [
  ['bad_mailbox', 10, 'smtp;550 5.1.1 This mailbox is not known here. Check the address for typing errors.'],
  ['invalid_domain', 21, ''],
  ['bad_mailbox', 10, "smtp;550 5.4.1 Recipient address rejected: access denied for 'everyone else'"],
] as const

export const SOFT_BOUNCES = [
  ['mailbox_full', 22, 'smtp;552 5.2.2 The mailbox is over its quota'],
  ['general', 40, 'X-Relay; The next server said\n ; 550 5.7.1 Unable to relay\n\n--==PART=='],
  ['mailbox_full', 22, 'smtp;452 4.2.2 다시 시도하십시오'],
] as const

export const DEFERRALS = [
  ...Array.from({ length: 6 }, () => '451 4.3.5 Not now: please try again in a while'),
  ...Array.from({ length: 5 }, () => '454 4.7.1 Greylisted for 300 seconds'),
  // It halves a lane's pace: seldom, so that the lane recovers in between.
  '421 4.7.0 Too many messages from your address, slow down',
] as const

export const DELIVERIES = ['250 2.0.0 Ok: queued as', '250 2.6.0 mail accepted', '250 OK'] as const

export type Agent = {
  readonly text: string
  readonly type: string
  readonly name: string
  readonly family: string
  readonly version: string | null
  readonly os: string
  readonly mobile: boolean
}

export const AGENTS = [
  {
    text: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36',
    type: 'Browser',
    name: 'Chrome 131.0',
    family: 'Chrome',
    version: '131.0',
    os: 'Windows 10',
    mobile: false,
  },
  {
    text: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
    type: 'Mobile Browser',
    name: 'Mobile Safari',
    family: 'Mobile Safari',
    version: null,
    os: 'iOS 18',
    mobile: true,
  },
  {
    text: 'Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.1; Microsoft Outlook 14.0.7166; ms-office)',
    type: 'Email Client',
    name: 'Outlook 2010',
    family: 'Outlook 2010',
    version: null,
    os: 'Windows 7',
    mobile: false,
  },
  {
    text: 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
    type: 'Email Client',
    name: 'Gmail image proxy',
    family: 'Gmail',
    version: null,
    os: 'unknown',
    mobile: false,
  },
] as const satisfies readonly Agent[]

/** Scanners of mail servers that say who they are; Mandrill's parser names them, too. */
export const SCANNERS = [
  robot('Barracuda Sentinel (EE)', 'Barracuda Sentinel'),
  robot('Mozilla/5.0 (compatible; Proofpoint URL Defense; +https://scanner.example)', 'Proofpoint'),
  robot('Mozilla/5.0 (compatible; bingbot-like LinkCheck/2.0)', 'LinkCheck bot'),
] as const

/** Proxies that load pictures as soon as a mail arrives: Apple's, whose agent says no more than this, and Gmail's. */
export const PREFETCHERS = [
  robot('Mozilla/5.0', 'unknown'),
  robot(
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0',
    'Edge 12.246',
  ),
] as const

export function isRobots(agent: Agent | undefined): boolean {
  return agent !== undefined && [...SCANNERS, ...PREFETCHERS].includes(agent)
}

function robot(text: string, name: string): Agent {
  return { text, type: 'unknown', name, family: name, version: null, os: 'unknown', mobile: false }
}

export const PLACES = [
  ['KR', 'South Korea', 'Seoul-teukbyeolsi', 'Seoul', 37.5663, 126.9997, '+09:00'],
  ['PT', 'Portugal', 'Porto', 'Porto', 41.1496086121, -8.61098957062, '+01:00'],
  ['BR', 'Brazil', 'São Paulo', 'São Paulo', -23.5475, -46.6361, '-03:00'],
  ['US', 'United States', 'Oklahoma', 'Oklahoma City', 35.4675598145, -97.5164337158, '-05:00'],
] as const
