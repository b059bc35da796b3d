// Recognises robots that open and click by their user agent: scanners of mail servers, prefetching proxies, scripts.
//
// An image proxy that loads a picture when its reader opens the mail (Gmail's GoogleImageProxy, YahooMailProxy) tells of
// a person: all of Gmail's opens come through it. One that loads it when the mail arrives, read or not, tells of nobody:
// Apple's Mail Privacy Protection, whose whole user agent is `Mozilla/5.0`, and Gmail's prefetch of 2022
// (support.apple.com/guide/iphone/iphf084865c7 says what the former does).

const PERSONS_PROXIES = /GoogleImageProxy|YahooMailProxy/i

const WHOLE: readonly string[] = [
  'mozilla/5.0', // Apple Mail Privacy Protection
  'mozilla/5.0 (windows nt 10.0; win64; x64) applewebkit/537.36 (khtml, like gecko) chrome/42.0.2311.135 safari/537.36 edge/12.246 mozilla/5.0', // Gmail's prefetch
]

/** Parts of user agents, in groups: mail security, previews of links in chats, scripts, and what calls itself a robot. */
const PARTS = new RegExp(
  [
    'barracuda|mimecast|proofpoint|messagelabs|symantec|trendmicro|tmufe|sophos|fireeye|trellix|cloudmark|cyren',
    'vade ?secure|avanan|ironport|forcepoint|zscaler|fortiguard|safelinks|microsoft office protection',
    'google-?safety|googlesecurityscanner|bingpreview|urlscan|virustotal',
    'facebookexternalhit|whatsapp/|telegrambot|slack-imgproxy|skypeuripreview|kakaotalk-scrap',
    '^(curl|wget|java|python|go-http-client|libwww-perl|ruby|php|axios|node-fetch|okhttp)\\b',
    'headlesschrome|phantomjs|python-requests|aiohttp|apache-httpclient',
    '(?<!cu)bot\\b|crawler|spider|scanner|linkcheck',
  ].join('|'),
  'i',
)

/** `type`: the provider's own finding. An unknown agent counts as a person's. */
export function isRobot(agent: string, type: string): boolean {
  if (/^robot$/i.test(type)) return true
  const text = agent.trim().slice(0, 1000)
  if (PERSONS_PROXIES.test(text)) return false
  return WHOLE.includes(text.toLowerCase()) || PARTS.test(text)
}
