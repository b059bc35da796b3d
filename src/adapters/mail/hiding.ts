// Which elements of HTML are invisible or cannot be clicked: by name, style, style sheet, or text in its background's colour.
type Attributes = Readonly<Record<string, string>>
/** An element with what its style says. Colours are undefined where they are not known. */
export type StyledElement = {
  readonly name: string
  readonly attributes: Attributes
  readonly classes: ReadonlySet<string>
  readonly parent: StyledElement | undefined
  readonly hidden: boolean
  /** Its text has no size, or hardly any; inner elements may set one. */
  readonly tiny: boolean
  readonly colour: string | undefined
  readonly background: string | undefined
}
/** A selector without combinators, such as `td.hidden#footer`. */
type SimpleSelector = { readonly name: string; readonly names: readonly string[] }

const INVISIBLE = new Set(
  'head title style script template noscript noframes noembed iframe object audio video canvas select textarea svg dialog datalist'.split(
    ' ',
  ),
)
const ZERO = '(?:0+(?:\\.0*)?|\\.0+)(?:px|pt|em|rem|ex|ch|%|vh|vw)?\\s*(?:!\\s*important\\s*)?(?:;|$)'
const HIDES = new RegExp(
  [
    'display\\s*:\\s*none',
    'visibility\\s*:\\s*(?:hidden|collapse)',
    'mso-hide\\s*:\\s*all',
    'pointer-events\\s*:\\s*none',
    '(?:^|;)\\s*(?:-webkit-text-fill-)?color\\s*:\\s*(?:transparent|#[\\da-f]{3}0\\b|#[\\da-f]{6}00\\b)',
    '(?:^|;)\\s*color\\s*:\\s*(?:(?:rgb|hsl)a\\([^)]*,|(?:rgb|hsl)a?\\([^)]*/)\\s*0*(?:\\.0*)?%?\\s*\\)',
    `(?:^|;)\\s*(?:opacity|(?:max-)?height|(?:max-)?width)\\s*:\\s*${ZERO}`,
    'transform\\s*:[^;]{0,99}scale\\(\\s*0*(?:\\.0*)?\\s*[,)]',
    'clip\\s*:\\s*rect\\(\\s*(?:0|1px)[\\s,p]',
    '(?:^|[;\\s])(?:text-indent|left|right|top|bottom|margin-left)\\s*:\\s*-\\d{3,}',
  ].join('|'),
  'i',
)
const TINY = new RegExp(
  [
    `(?:^|;)\\s*font(?:-size)?\\s*:\\s*${ZERO}`,
    '(?:^|;)\\s*font(?:-size)?\\s*:(?:[^;]{0,99}\\s)?\\s*(?:0*\\.\\d+|[0-2](?:\\.\\d+)?)(?:px|pt)(?![\\w.])',
    '(?:^|;)\\s*font\\s*:(?:[^;]{0,99}\\s)?\\s*0\\s*/',
  ].join('|'),
  'i',
)
/** Sets a size of its own; em and % depend on the outer size. MJML sets the size of everything around its texts to 0. */
const SIZED =
  /(?:^|;)\s*font(?:-size)?\s*:(?:[^;]{0,99}\s)?\s*(?:[\d.]+(?:px|pt|pc|rem|cm|mm|in)(?![\w.])|(?:xx?-)?(?:small|large)|medium)/i
/** Only so much of a style is read: nobody writes a longer one by hand. */
const STYLE_LENGTH = 5_000
const SELECTORS = 200
/** Comparisons of selectors with elements, in one mail; elements beyond that count as hidden. */
const COMPARISONS = 5_000_000

/** For one mail and its style sheets: tells of each element whether it is visible. */
export function createStyling(html: string) {
  const sheets = styleSheets(html).map(simplified)
  const hiding = sheets.flatMap(hidingSelectors).slice(0, SELECTORS)
  const budget = { left: COMPARISONS }
  // The page is white, unless a style sheet sets backgrounds: then it is unknown.
  const pageBackground = sheets.some((sheet) => /background/i.test(sheet)) ? undefined : '#ffffff'

  return (name: string, attributes: Attributes, parent: StyledElement | undefined): StyledElement => {
    const style = simplified(attributes.style ?? '').slice(0, STYLE_LENGTH)
    const element = {
      name,
      attributes,
      classes: new Set(attributes.class?.split(/\s+/)),
      parent,
      hidden:
        INVISIBLE.has(name) || 'hidden' in attributes || isClosed(name, attributes) || HIDES.test(style),
      tiny: TINY.test(style) || (!SIZED.test(style) && parent?.tiny === true),
      // A link does not inherit its colour.
      colour: colourOf(style, attributes, name === 'a' ? undefined : parent?.colour),
      background: backgroundOf(style, attributes, parent ? parent.background : pageBackground),
    }
    return hiding.some((selector) => matches(selector, element, budget))
      ? { ...element, hidden: true }
      : element
  }
}

const isClosed = (name: string, attributes: Attributes): boolean =>
  name === 'details' && !('open' in attributes)

/** Its text cannot be read; pictures in it can be seen all the same. */
export const isUnreadable = ({ tiny, colour, background }: StyledElement): boolean =>
  tiny || (colour !== undefined && colour === background)

function colourOf(style: string, { color = '' }: Attributes, inherited: string | undefined) {
  const own = /(?:^|;)\s*color\s*:([^;]*)/i.exec(style)?.[1] ?? color
  return own.trim() === '' ? inherited : hex(own)
}

function backgroundOf(style: string, attributes: Attributes, inherited: string | undefined) {
  const own = /(?:^|;)\s*background(?:-color)?\s*:([^;]*)/i.exec(style)?.[1] ?? attributes.bgcolor ?? ''
  if (attributes.background !== undefined || /url\(|gradient|background-image/i.test(style)) return undefined
  return /^\s*(?:$|none|transparent|inherit|initial)/i.test(own) ? inherited : hex(own)
}

/** A colour as #rrggbb; undefined if it is written in another way. */
function hex(colour: string): string | undefined {
  const text = colour.replace(/!\s*important/i, '').trim().toLowerCase() // prettier-ignore
  if (text === 'white') return '#ffffff'
  if (text === 'black') return '#000000'
  const rgb = /^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$/.exec(text)?.slice(1)
  if (rgb) return `#${rgb.map((part) => Number(part).toString(16).padStart(2, '0')).join('')}`
  const [, digits] = /^#([\da-f]{3}|[\da-f]{6})$/.exec(text) ?? []
  return digits && `#${digits.length === 3 ? digits.replace(/./g, '$&$&') : digits}`
}

/** CSS without comments, escapes and long runs of spaces, which would slow the patterns down. */
function simplified(css: string): string {
  const [first = '', ...rest] = css.split('/*')
  const plain = first + rest.map((part) => part.split('*/').slice(1).join('*/')).join('')
  const unescaped = plain.replace(/\\([\da-f]{2})\s/gi, (_, code: string) =>
    String.fromCharCode(parseInt(code, 16)),
  )
  return unescaped.replace(/\s+/g, ' ')
}

const styleSheets = (html: string): string[] =>
  html
    .split(/<style(?=[\s>])/i)
    .slice(1)
    .map((part) => part.slice(part.indexOf('>') + 1).split(/<\/style/i, 1)[0] ?? '')

/**
 * The selectors of a style sheet's rules that hide elements. Rules within @media are left out: they hide for some recipients
 * only. So do rules for a:hover, which match no element here.
 */
function hidingSelectors(sheet: string): (readonly SimpleSelector[])[] {
  const found: string[] = []
  let depth = 0
  let before = ''
  for (const part of sheet.split(/([{}])/)) {
    if (part === '{') depth += 1
    else if (part === '}') depth = Math.max(0, depth - 1)
    else if (depth === 1 && hides(part.slice(0, STYLE_LENGTH))) found.push(...before.split(','))
    else if (depth === 0) before = part
  }
  return found.map(parseSelector)
}

const hides = (style: string): boolean => HIDES.test(style) || TINY.test(style)

/** The simple selectors that a selector consists of, the last one first. */
const parseSelector = (selector: string): SimpleSelector[] =>
  selector
    .trim()
    .split(/[\s>]+/)
    .toReversed()
    .map((simple) => {
      const [name = '', ...names] = simple.split(/(?=[.#])/)
      return /^[.#]/.test(name) ? { name: '*', names: [name, ...names] } : { name: name.toLowerCase(), names }
    })

function matches(
  selector: readonly SimpleSelector[],
  element: StyledElement,
  budget: { left: number },
): boolean {
  let at: StyledElement | undefined = element
  for (const simple of selector) {
    const cost = 1 + simple.names.length
    while (at && at !== element && !matchesSimple(simple, at) && (budget.left -= cost) > 0) at = at.parent
    if ((budget.left -= cost) <= 0) return true
    if (!at || !matchesSimple(simple, at)) return false
    at = at.parent
  }
  return true
}

function matchesSimple(
  { name, names }: SimpleSelector,
  { name: own, attributes, classes }: StyledElement,
): boolean {
  if (name !== '*' && name !== own) return false
  return names.every((one) =>
    one.startsWith('#') ? attributes.id === one.slice(1) : classes.has(one.slice(1)),
  )
}
