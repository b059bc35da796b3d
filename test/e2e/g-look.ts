import { live, openBrowser, openPage, runHub, mailEvents, mailEvent } from '../support/browser.ts'
const hub = await runHub()
const browser = await openBrowser()
const [, , path = '/', out = 'shot', width = '1280', height = '800', scheme = 'light', n = '40', click = ''] = process.argv
await hub.post(mailEvents(Number(n), (i) => ({ event: ['send','open','click','hard_bounce','deferral','delivered'][i % 6], tags: ['spring'], more: i % 6 === 2 ? { url: 'https://example.com/offer/' + i } : i % 6 === 3 ? {} : {} })))
const { page, problems, close } = await openPage(browser, hub, { path, viewport: { width: Number(width), height: Number(height) }, colorScheme: scheme as 'light' })
await page.waitForTimeout(1500)
for (const c of click.split('|').filter(Boolean)) { await page.locator(c).first().click(); await page.waitForTimeout(600) }
await page.screenshot({ path: `/tmp/g/${out}.png` })
console.log(problems, await page.title(), page.url())
await close(); await browser.close(); await hub.close()
