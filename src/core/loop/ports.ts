// What the loop asks of the world: the reactions to the mails. Every sentence is a promise of test/contracts/.
import type { Reason } from '../events/facts.ts'
import type { Reaction, Reactions } from './reactions.ts'

export type LinkCounts = Readonly<Record<'people' | 'robots', number>>
/** `bounceReason`: why the mail bounced, for good or for a while, or was rejected. */
export type ReactionsTo = Reactions & { readonly bounceReason: Reason | null }
type DeliveryName = { readonly campaignId: string; readonly deliveryId: string }

/** The reactions to the mails. Tracking writes them in the transaction that takes the events; here they are read. */
export type ReactionStore = {
  /** How many subscribers each reaction is true of. A campaign without reactions is left out. */
  counts(campaignIds: readonly string[]): Promise<ReadonlyMap<string, Readonly<Record<Reaction, number>>>>
  /** By link (see links.ts): how many people and robots have followed it. '' stands for all that are not the campaign's. */
  links(campaignId: string): Promise<ReadonlyMap<string, LinkCounts>>
  /** The reactions to these deliveries of a campaign; deliveries without any event are left out. */
  of(campaignId: string, deliveryIds: readonly string[]): Promise<ReadonlyMap<string, ReactionsTo>>
  /** Notes that a subscriber has left by the hub's own link in this mail. Calling it again changes nothing. */
  leftByLink(delivery: DeliveryName, at: number): Promise<void>
  /** The address that a mail went to; undefined when it is no longer known. */
  addressOf(delivery: DeliveryName): Promise<string | undefined>
}
