// Whom the rarer reactions are of: kept in a table of their own, so that nobody goes through a million reactions for three
// complaints.
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
