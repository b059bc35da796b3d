// What of HTML nobody sees, or can click on: by its element, its style, a rule of its style sheets, or its colour on the same colour.
type Attributes = Readonly<Record<string, string>>
/** An element and, through `parent`, what it stands in. Colours are undefined where they are not known. */
export type Place = {
  readonly name: string
  readonly attributes: Attributes
  readonly classes: ReadonlySet<string>
  readonly parent: Place | undefined
  readonly hidden: boolean
  /** Letters of no size, or hardly any: those of an element within may have one. */
  readonly tiny: boolean
  readonly colour: string | undefined
  readonly ground: string | undefined
}
type Simple = { readonly name: string; readonly names: readonly string[] }

const UNSEEN = new Set(
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
/** A size of its own: em and % are parts of what is around. MJML sets all around its texts to 0. */
const SIZED =
  /(?:^|;)\s*font(?:-size)?\s*:(?:[^;]{0,99}\s)?\s*(?:[\d.]+(?:px|pt|pc|rem|cm|mm|in)(?![\w.])|(?:xx?-)?(?:small|large)|medium)/i
/** Nobody writes more of it by hand. */
const STYLE_LENGTH = 5_000
const SELECTORS = 200
/** Names that are compared with elements' in all; what is beyond counts as hidden. */
const COMPARISONS = 5_000_000

/** Of a page with such style sheets: where an element stands, and whether it is seen there. */
export function createPlaces(html: string) {
  const sheets = styleSheets(html).map(withoutEscapes)
  const hiding = sheets.flatMap(hidingSelectors).slice(0, SELECTORS)
  const budget = { left: COMPARISONS }
  // What lies behind whom is only known where no rule says more of it.
  const ground = sheets.some((sheet) => /background/i.test(sheet)) ? undefined : '#ffffff'

  return (name: string, attributes: Attributes, parent: Place | undefined): Place => {
    const style = withoutEscapes(attributes.style ?? '').slice(0, STYLE_LENGTH)
    const place = {
      name,
      attributes,
      classes: new Set(attributes.class?.split(/\s+/)),
      parent,
      hidden: UNSEEN.has(name) || 'hidden' in attributes || isClosed(name, attributes) || HIDES.test(style),
      tiny: TINY.test(style) || (!SIZED.test(style) && parent?.tiny === true),
      // A link has a colour of its own.
      colour: colourOf(style, attributes, name === 'a' ? undefined : parent?.colour),
      ground: groundOf(style, attributes, parent ? parent.ground : ground),
    }
    return hiding.some((selector) => fits(selector, place, budget)) ? { ...place, hidden: true } : place
  }
}

const isClosed = (name: string, attributes: Attributes): boolean =>
  name === 'details' && !('open' in attributes)

/** Of its text: pictures are seen all the same. */
export const isUnreadable = ({ tiny, colour, ground }: Place): boolean =>
  tiny || (colour !== undefined && colour === ground)

function colourOf(style: string, { color = '' }: Attributes, inherited: string | undefined) {
  const told = /(?:^|;)\s*color\s*:([^;]*)/i.exec(style)?.[1] ?? color
  return told.trim() === '' ? inherited : hex(told)
}

function groundOf(style: string, attributes: Attributes, inherited: string | undefined) {
  const told = /(?:^|;)\s*background(?:-color)?\s*:([^;]*)/i.exec(style)?.[1] ?? attributes.bgcolor ?? ''
  if (attributes.background !== undefined || /url\(|gradient|background-image/i.test(style)) return undefined
  return /^\s*(?:$|none|transparent|inherit|initial)/i.test(told) ? inherited : hex(told)
}

/** #rrggbb; undefined: a colour by another name. */
function hex(told: string): string | undefined {
  const text = told.replace(/!\s*important/i, '').trim().toLowerCase() // prettier-ignore
  if (text === 'white') return '#ffffff'
  if (text === 'black') return '#000000'
  const rgb = /^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$/.exec(text)?.slice(1)
  if (rgb) return `#${rgb.map((part) => Number(part).toString(16).padStart(2, '0')).join('')}`
  const [, digits] = /^#([\da-f]{3}|[\da-f]{6})$/.exec(text) ?? []
  return digits && `#${digits.length === 3 ? digits.replace(/./g, '$&$&') : digits}`
}

/** Nor comments, nor many blanks together: what looks for something in it would go through them again and again. */
function withoutEscapes(css: string): string {
  const [first = '', ...rest] = css.split('/*')
  const plain = first + rest.map((part) => part.split('*/').slice(1).join('*/')).join('')
  const told = plain.replace(/\\([\da-f]{2})\s/gi, (_, code: string) =>
    String.fromCharCode(parseInt(code, 16)),
  )
  return told.replace(/\s+/g, ' ')
}

const styleSheets = (html: string): string[] =>
  html
    .split(/<style(?=[\s>])/i)
    .slice(1)
    .map((part) => part.slice(part.indexOf('>') + 1).split(/<\/style/i, 1)[0] ?? '')

/**
 * Of rules that always hold: one for some screens only (@media) hides for some recipients only, as one for a:hover does, which
 * fits no element here.
 */
function hidingSelectors(sheet: string): (readonly Simple[])[] {
  const found: string[] = []
  let depth = 0
  let before = ''
  for (const part of sheet.split(/([{}])/)) {
    if (part === '{') depth += 1
    else if (part === '}') depth = Math.max(0, depth - 1)
    else if (depth === 1 && hides(part.slice(0, STYLE_LENGTH))) found.push(...before.split(','))
    else if (depth === 0) before = part
  }
  return found.map(simples)
}

const hides = (style: string): boolean => HIDES.test(style) || TINY.test(style)

/** Of a selector, the last one first. */
const simples = (selector: string): Simple[] =>
  selector
    .trim()
    .split(/[\s>]+/)
    .toReversed()
    .map((simple) => {
      const [name = '', ...names] = simple.split(/(?=[.#])/)
      return /^[.#]/.test(name) ? { name: '*', names: [name, ...names] } : { name: name.toLowerCase(), names }
    })

function fits(selector: readonly Simple[], place: Place, budget: { left: number }): boolean {
  let at: Place | undefined = place
  for (const simple of selector) {
    const cost = 1 + simple.names.length
    while (at && at !== place && !isSuch(simple, at) && (budget.left -= cost) > 0) at = at.parent
    if ((budget.left -= cost) <= 0) return true
    if (!at || !isSuch(simple, at)) return false
    at = at.parent
  }
  return true
}

function isSuch({ name, names }: Simple, { name: own, attributes, classes }: Place): boolean {
  if (name !== '*' && name !== own) return false
  return names.every((one) =>
    one.startsWith('#') ? attributes.id === one.slice(1) : classes.has(one.slice(1)),
  )
}
