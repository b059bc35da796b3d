// How the hub is set up and how it stands: pushed every 5 s at least. Asked for when nothing comes, since sockets do not pass
// or the hub itself does not know; and at once by whoever has changed something.
/** @import { Api } from '../ground/api.js' */
/** @import { Asking } from '../ground/asking.js' */

const EVERY_MS = 10_000

/** @param {{ api: Pick<Api, 'setup'>, asking: Asking }} deps */
export function createSetup({ api, asking }) {
  return asking.question(api.setup, { everyMs: EVERY_MS })
}

/** @typedef {ReturnType<typeof createSetup>} SetupStore */
