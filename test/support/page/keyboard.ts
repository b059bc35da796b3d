// The page without a pointer: what one comes to by Tab, where one is, and what a screen reader hears.
import type { Page } from 'playwright-core'
import { eventually, until } from '../eventually.ts'
import { focusedNames, focusedText } from './in-page.js'

/** Tab by Tab, to what bears this name, or begins with it where it tells a number. It may come only now. */
export function reach(page: Page, name: string): Promise<void> {
  return until(async () => {
    await page.keyboard.press('Tab')
    const names = await page.evaluate(focusedNames)
    if (names.some((one) => one === name || one?.replace(/\d+$/, '…') === name)) return
    throw new Error(`Tab does not lead to ${name}`)
  })
}

export const press = async (page: Page, name: string) => {
  await reach(page, name)
  await page.keyboard.press('Enter')
}

/** Nobody is put back to the page's beginning. */
export const isAt = (page: Page, words: string) => eventually(() => page.evaluate(focusedText)).toBe(words)

/** What a screen reader has been told last. */
export const told = (page: Page) => page.locator('#page > .unseen[role=status]').textContent()
