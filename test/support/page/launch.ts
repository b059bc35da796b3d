// The browser of the page's tests: Chromium's headless shell, which has the same engine and no window (a quarter less work), or any Chromium.
import { chromium, type Browser } from 'playwright-core'
import { findCommand } from '../servers/server-process.ts'

export const BROWSERS = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
]

/**
 * Off: what a whole Chromium makes ready behind the address line of each new window (half of what opening one costs), and,
 * since the last such list counts alone, what Playwright switches off.
 */
const FEATURES =
  'WebUIOmniboxPopup WebUIOmniboxFullPopup WebUIOmniboxAimPopup ' +
  'AvoidUnnecessaryBeforeUnloadCheckSync DestroyProfileOnBrowserClose HttpsUpgrades HttpsFirstBalancedModeAutoEnable ' +
  'LensOverlay MediaRouter PaintHolding ThirdPartyStoragePartitioning AvoidCorsURLLoaderRestartOnRedirect ' +
  'OptimizationHints NetworkTimeServiceQuerying AimEnabled PreconnectToSearch'

/** The hub by a name that is not the machine's own: on plain http a browser withholds there what needs a secure context. */
export const OTHER_NAME = 'hub.test'

const QUIET = [
  '--no-sandbox',
  `--host-resolver-rules=MAP ${OTHER_NAME} 127.0.0.1`,
  '--disable-gpu',
  '--disable-quic',
  `--disable-features=${FEATURES.replaceAll(' ', ',')}`,
]

export async function openBrowser(): Promise<Browser> {
  const executablePath = BROWSERS.map(findCommand).find((path) => path !== undefined)
  if (!executablePath) throw new Error('chromium is not installed: npm run setup brings it')
  return chromium.launch({ executablePath, args: QUIET })
}

let shared: Promise<Browser> | undefined

/** One for all test files of this process, which takes it along when it ends: each page has a profile of its own. */
export async function sharedBrowser(): Promise<Browser> {
  const browser = await shared
  return browser?.isConnected() ? browser : (shared = openBrowser())
}
