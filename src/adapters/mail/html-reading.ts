// What a mail program makes of HTML: its words, its attributes, and which links a recipient can see and follow.
import { createRequire } from 'node:module'
import type { HtmlReading } from '../../core/campaigns/mail/placeholders.ts'
import { createStyling, isUnreadable, type StyledElement } from './hiding.ts'

const require = createRequire(import.meta.url)

/** Mail programs show nothing that is nested deeper, and the parser would take quadratic time for it. */
const DEPTH = 1_000
const VOID = new Set('area base br col embed hr img input link meta source track wbr'.split(' '))

/** Text that can be seen and clicked: not just spaces (some look like letters to Unicode) or dots. */
const VISIBLE_TEXT = /[[\p{L}\p{N}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800]]/v

const TOO_DEEP = new Error('nested too deep')

type Attributes = Readonly<Record<string, string>>
type OpenElement = { readonly element: StyledElement; readonly link: Link | undefined }
type Link = { readonly href: string; seen: boolean }

/** Reads HTML the way it is shown, broken HTML too, in one pass. */
export function readHtml(html: string): HtmlReading {
  const styled = createStyling(html)
  const open: OpenElement[] = []
  const parts = { all: [] as string[], visible: [] as string[], attributes: [] as string[] }
  const links: Link[] = []
  const state = { hidden: 0, link: undefined as Link | undefined }

  const { Parser } = require('htmlparser2') as typeof import('htmlparser2') // loaded with the first mail: see html-to-text.ts
  const parser = new Parser({
    onopentag(name, attributes) {
      parts.attributes.push(...Object.values(attributes))
      parts.visible.push(' ')
      const element = styled(name, attributes, open.at(-1)?.element)
      if (VOID.has(name)) {
        if (name === 'img' && !element.hidden && state.hidden === 0 && state.link && isLarge(attributes))
          state.link.seen = true
        return
      }
      const link =
        name === 'a' && attributes.href !== undefined
          ? { href: attributes.href.trim(), seen: false }
          : undefined
      if (open.length >= DEPTH) throw TOO_DEEP
      open.push({ element, link })
      if (element.hidden) state.hidden += 1
      if (!link) return
      state.link = link
      links.push(link)
    },
    ontext(text) {
      parts.all.push(text)
      const element = open.at(-1)?.element
      if (state.hidden > 0 || (element && isUnreadable(element))) return
      parts.visible.push(text)
      if (state.link && VISIBLE_TEXT.test(text)) state.link.seen = true
    },
    onclosetag(name) {
      parts.visible.push(' ')
      if (open.at(-1)?.element.name !== name) return
      const closed = open.pop()
      if (closed?.element.hidden) state.hidden -= 1
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
