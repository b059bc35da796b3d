// What an accessibility checker (axe) finds on a page as it is now, of serious or critical impact.
import { readFileSync } from 'node:fs'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const AXE = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
// A mail's preview runs no script, so nobody can look into its frame.
const HOW = { resultTypes: ['violations'], iframes: false }

/** `only` these rules, where all have been looked at and just the colours have changed. */
export async function axeFaults(page: Page, only?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate('typeof axe === "object"'))) await page.evaluate(AXE)
  const { violations }: AxeResults = await page.evaluate(
    `axe.run(document, ${JSON.stringify({ ...HOW, ...(only && { runOnly: only }) })})`,
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, any }) => `${id}: ${any[0]?.message ?? ''} ${html}`))
}
