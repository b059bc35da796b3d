// A campaign by its name: as it is known here, else as the hub tells; until then, and for one that is gone, its id.
/** @import { App } from '../main.js' */
import { titleOf } from '../ground/words.js'
import { useQuestion, useStore } from '../parts/hooks.js'

/** Other programs give their mails ids of their own. */
const OURS = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** @param {App} app @param {string} id */
export function useCampaignName({ asking, campaigns }, id) {
  const { campaigns: told } = useStore(campaigns.store)
  const [answer] = useQuestion(asking, async () => (OURS.test(id) ? campaigns.find(id) : undefined), [id])
  const subject = told.get(id)?.subject ?? answer.value?.subject
  return titleOf(subject ?? id) || id
}
