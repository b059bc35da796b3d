// A campaign by its name: as it is known here, else as the hub tells; until then, and for one that is gone, its id.
/** @import { App } from '../main.js' */
import { titleOf } from '../ground/words.js'
import { useQuestion, useStore } from '../parts/hooks.js'

/** Other programs give their mails ids of their own. */
const OURS = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** @param {App} app @param {string} id */
export function useCampaignName({ api, asking, campaigns: { store } }, id) {
  const { campaigns } = useStore(store)
  const [answer] = useQuestion(
    asking,
    async (signal) =>
      campaigns.get(id) ?? (OURS.test(id) ? api.get(`/campaigns/${id}`, { signal }) : undefined),
    [id],
  )
  const subject = campaigns.get(id)?.subject ?? answer.value?.subject
  return titleOf(subject ?? id) || id
}
