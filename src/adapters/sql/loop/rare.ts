// The rarer reactions, whose deliveries are listed in a table of their own: three complaints are found without going through a
// million reactions.
import type { PeopleFact } from '../../../core/campaigns/ports.ts'

export const RARE = [
  'clicked',
  'bounced',
  'complained',
  'unsubscribed',
] as const satisfies readonly PeopleFact[]
type RareFact = (typeof RARE)[number]

export function isRare(fact: PeopleFact | undefined): fact is RareFact {
  return fact !== undefined && (RARE as readonly PeopleFact[]).includes(fact)
}
