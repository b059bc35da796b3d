// What a mail program makes of HTML: its words, its attributes, and which links a recipient can see and follow.
import { Parser } from 'htmlparser2'
import type { HtmlReading } from '../../core/campaigns/mail/placeholders.ts'

const UNSEEN = new Set(
  'head title style script template noscript noframes noembed iframe object audio video canvas select textarea svg'.split(
    ' ',
  ),
)
const ZERO = '(?:0+(?:\\.0*)?|\\.0+)(?:px|pt|em|rem|ex|ch|%|vh|vw)?\\s*(?:!\\s*important\\s*)?(?:;|$)'
const HIDES = new RegExp(
  [
    'display\\s*:\\s*none',
    'visibility\\s*:\\s*(?:hidden|collapse)',
    'mso-hide\\s*:\\s*all',
    '(?:^|;)\\s*(?:-webkit-text-fill-)?color\\s*:\\s*transparent',
    `(?:^|;)\\s*(?:font-size|opacity|(?:max-)?height|(?:max-)?width|font)\\s*:\\s*${ZERO}`,
    '(?:text-indent|left|top|margin-left)\\s*:\\s*-\\d{3,}',
  ].join('|'),
  'i',
)
/** Nobody writes more of it by hand. */
const STYLE_LENGTH = 5_000
/** No mail program shows what is nested deeper, and the parser takes quadratic time for it. */
const DEPTH = 1_000
const VOID = new Set('area base br col embed hr img input link meta source track wbr'.split(' '))

const TOO_DEEP = new Error('nested too deep')

type Attributes = Readonly<Record<string, string>>
type Open = { readonly name: string; readonly hides: boolean; readonly link: Link | undefined }
type Link = { readonly href: string; seen: boolean }

/** Reads HTML the way it is shown: broken HTML too, in one pass whatever it is. */
export function readHtml(html: string): HtmlReading {
  const hiding = hiddenByStyleSheet(html)
  const open: Open[] = []
  const parts = { all: [] as string[], visible: [] as string[], attributes: [] as string[] }
  const links: Link[] = []
  const state = { hidden: 0, link: undefined as Link | undefined }

  const isHidden = (name: string, attributes: Attributes): boolean =>
    UNSEEN.has(name) ||
    'hidden' in attributes ||
    HIDES.test(withoutComments(attributes.style ?? '').slice(0, STYLE_LENGTH)) ||
    hiding(attributes)

  const parser = new Parser({
    onopentag(name, attributes) {
      parts.attributes.push(...Object.values(attributes))
      parts.visible.push(' ')
      const hides = isHidden(name, attributes)
      if (VOID.has(name)) {
        if (name === 'img' && !hides && state.hidden === 0 && state.link && isLarge(attributes))
          state.link.seen = true
        return
      }
      const link =
        name === 'a' && attributes.href !== undefined
          ? { href: attributes.href.trim(), seen: false }
          : undefined
      if (open.length >= DEPTH) throw TOO_DEEP
      open.push({ name, hides, link })
      if (hides) state.hidden += 1
      if (!link) return
      state.link = link
      links.push(link)
    },
    ontext(text) {
      parts.all.push(text)
      if (state.hidden > 0) return
      parts.visible.push(text)
      if (state.link && /[^\s\p{Cf}\p{Mn}]/u.test(text)) state.link.seen = true
    },
    onclosetag(name) {
      parts.visible.push(' ')
      if (open.at(-1)?.name !== name) return
      const closed = open.pop()
      if (closed?.hides) state.hidden -= 1
      if (closed?.link) state.link = undefined
    },
  })
  try {
    parser.end(html)
  } catch (error) {
    if (error !== TOO_DEEP) throw error
  }
  return {
    text: parts.all.join(''),
    attributes: parts.attributes,
    visibleText: parts.visible.join(''),
    links: links.filter(({ seen }) => seen).map(({ href }) => href),
  }
}

/** A pixel that counts opens is no picture to click on. */
const isLarge = ({ width = '', height = '' }: Attributes): boolean =>
  !/^[01](?:px)?$/.test(width) && !/^[01](?:px)?$/.test(height)

function withoutComments(css: string): string {
  const [first = '', ...rest] = css.split('/*')
  return first + rest.map((part) => part.split('*/').slice(1).join('*/')).join('')
}

/** Plain rules for one class or id; a rule that is for some screens only (@media) hides for some recipients only. */
function hiddenByStyleSheet(html: string): (attributes: Attributes) => boolean {
  const names = new Set(styleSheets(html).flatMap(hidingSelectors))
  if (names.size === 0) return () => false
  return ({ class: classes = '', id = '' }) =>
    names.has(`#${id}`) || classes.split(/\s+/).some((name) => name !== '' && names.has(`.${name}`))
}

const styleSheets = (html: string): string[] =>
  html
    .split(/<style(?=[\s>])/i)
    .slice(1)
    .map((part) => part.slice(part.indexOf('>') + 1).split(/<\/style/i, 1)[0] ?? '')

function hidingSelectors(sheet: string): string[] {
  const found: string[] = []
  let depth = 0
  let before = ''
  for (const part of withoutComments(sheet).split(/([{}])/)) {
    if (part === '{') depth += 1
    else if (part === '}') depth = Math.max(0, depth - 1)
    else if (depth === 1 && HIDES.test(part.slice(0, STYLE_LENGTH))) found.push(...before.split(','))
    else if (depth === 0) before = part
  }
  return found.map((selector) => selector.trim().replace(/^[a-z]{1,10}(?=[.#])/i, ''))
}
