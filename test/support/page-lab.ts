// A browser and a hub that all tests of a file share.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { openBrowser, openPage, runHub, type PageOptions, type RunningHub } from './browser.ts'

/** `fill` tells the hub what there is to see. */
export function usePageLab(
  fill: (hub: RunningHub) => Promise<void> = async () => {},
  env: Record<string, string> = {},
) {
  let browser: Browser
  let hub: RunningHub
  beforeAll(async () => {
    browser = await openBrowser()
    hub = await runHub(env)
    await fill(hub)
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.close()
  })
  return {
    get hub() {
      return hub
    },
    /** A browser profile of its own, with the page open in it. */
    open: (options?: PageOptions) => openPage(browser, hub, options),
  }
}
