// How much work is done to find what nobody sees. What is hidden, and how, is in the tests of mails.
import { expect, test } from 'vitest'
import { createStyling, type StyledElement } from '../../../src/adapters/mail/hiding.ts'

/** Each of so many rules looks through all that an element stands in. */
const sheet = (rules: number) =>
  `<style>${Array.from({ length: rules }, (_, n) => `.none${n} div`).join()}{display:none}</style>`

function innermost(html: string, depth: number): StyledElement | undefined {
  const style = createStyling(html)
  let element: StyledElement | undefined
  for (let n = 0; n < depth; n++) element = style('div', {}, element)
  return element
}

test('what would take millions of comparisons counts as hidden: a footer too many does less harm than none', () => {
  expect(innermost(sheet(200), 100)?.hidden).toBe(false)
  expect(innermost(sheet(200), 400)?.hidden).toBe(true)
  expect(innermost(sheet(2), 400)?.hidden).toBe(false)
})

test('of very many rules the first are looked at', () => {
  expect(innermost(sheet(20_000), 100)?.hidden).toBe(false)
})
