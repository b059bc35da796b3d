// What a database that comes from a backup does not know: the mails that went out after it was made.
import type { CampaignStatus } from './ports.ts'

/** Resuming one of these would send such mails again. So would a scheduled one whose time has come. */
export const UNCERTAIN: readonly CampaignStatus[] = ['running', 'paused']

/** What the operator reads. `madeAt`: when the backup was made, if that is known. */
export function restoredReason(madeAt?: number): string {
  const of = madeAt === undefined ? '' : ` of ${new Date(madeAt).toISOString()}`
  return `restored from a backup${of}: whoever got this mail after it was made is not known here, and gets it again when it is resumed`
}
