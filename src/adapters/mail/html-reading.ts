// What a mail program makes of HTML: its words, its attributes, and which links a recipient can see and follow.
import { createRequire } from 'node:module'
import type { HtmlReading } from '../../core/campaigns/mail/placeholders.ts'
import { createPlaces, isUnreadable, type Place } from './hiding.ts'

const require = createRequire(import.meta.url)

/** No mail program shows what is nested deeper, and the parser takes quadratic time for it. */
const DEPTH = 1_000
const VOID = new Set('area base br col embed hr img input link meta source track wbr'.split(' '))

/** Of a link, what one can see well enough to click on: no blanks, also in the guise of letters, and no lone dot. */
const WORDS = /[[\p{L}\p{N}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800]]/v

const TOO_DEEP = new Error('nested too deep')

type Attributes = Readonly<Record<string, string>>
type Open = { readonly place: Place; readonly link: Link | undefined }
type Link = { readonly href: string; seen: boolean }

/** Reads HTML the way it is shown: broken HTML too, in one pass whatever it is. */
export function readHtml(html: string): HtmlReading {
  const placeOf = createPlaces(html)
  const open: Open[] = []
  const parts = { all: [] as string[], visible: [] as string[], attributes: [] as string[] }
  const links: Link[] = []
  const state = { hidden: 0, link: undefined as Link | undefined }

  const { Parser } = require('htmlparser2') as typeof import('htmlparser2') // with the first mail: see html-to-text.ts
  const parser = new Parser({
    onopentag(name, attributes) {
      parts.attributes.push(...Object.values(attributes))
      parts.visible.push(' ')
      const place = placeOf(name, attributes, open.at(-1)?.place)
      if (VOID.has(name)) {
        if (name === 'img' && !place.hidden && state.hidden === 0 && state.link && isLarge(attributes))
          state.link.seen = true
        return
      }
      const link =
        name === 'a' && attributes.href !== undefined
          ? { href: attributes.href.trim(), seen: false }
          : undefined
      if (open.length >= DEPTH) throw TOO_DEEP
      open.push({ place, link })
      if (place.hidden) state.hidden += 1
      if (!link) return
      state.link = link
      links.push(link)
    },
    ontext(text) {
      parts.all.push(text)
      const place = open.at(-1)?.place
      if (state.hidden > 0 || (place && isUnreadable(place))) return
      parts.visible.push(text)
      if (state.link && WORDS.test(text)) state.link.seen = true
    },
    onclosetag(name) {
      parts.visible.push(' ')
      if (open.at(-1)?.place.name !== name) return
      const closed = open.pop()
      if (closed?.place.hidden) state.hidden -= 1
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
