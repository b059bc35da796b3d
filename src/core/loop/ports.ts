// What the loop asks of the world: what came back of the mails. Every sentence is a promise of test/contracts/.
import type { Reaction, Reactions } from './reactions.ts'

export type LinkCounts = Readonly<Record<'people' | 'robots', number>>
type DeliveryName = { readonly campaignId: string; readonly deliveryId: string }

/** What came back of the mails. Tracking writes it in the transaction that takes the events; here it is read. */
export type ReactionStore = {
  /** How many subscribers each reaction is true of. A campaign without any is left out. */
  counts(campaignIds: readonly string[]): Promise<ReadonlyMap<string, Readonly<Record<Reaction, number>>>>
  /** By link (see links.ts): how many people have followed it, and how many robots. '': all that are not the campaign's. */
  links(campaignId: string): Promise<ReadonlyMap<string, LinkCounts>>
  /** The reactions to these deliveries of a campaign; those that nothing was heard of are left out. */
  of(campaignId: string, deliveryIds: readonly string[]): Promise<ReadonlyMap<string, Reactions>>
  /** A subscriber has left by the hub's own link in this mail; once, however often it is told. */
  leftByLink(delivery: DeliveryName, at: number): Promise<void>
  /** To whom a mail went; undefined when that is not known any more. */
  addressOf(delivery: DeliveryName): Promise<string | undefined>
}
