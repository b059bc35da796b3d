// Links in mails, and what their sealed tokens contain.
import { isUuid } from '../../ids.ts'
import { createSeal } from '../../seal.ts'

export type UnsubscribeLink = {
  readonly subscriberId: string
  readonly delivery?: { readonly campaignId: string; readonly deliveryId: string } | undefined
}

type ConfirmLink = {
  readonly subscriberId: string
  /** When the subscriber asked to be subscribed: the link confirms no later request. */
  readonly asked: number
}

export type Links = ReturnType<typeof createLinks>

const ID_BYTES = 16
const TIME_BYTES = 6
/** Stands for that time in links and rows from before it was recorded. */
const ASKED_BEFORE = 1

export function createLinks(secret: string, publicUrl: string) {
  const unsubscribe = createSeal(secret, 'unsubscribe link')
  const confirm = createSeal(secret, 'confirmation link')
  return {
    unsubscribeUrl: (link: UnsubscribeLink): string =>
      `${publicUrl}/unsubscribe/${unsubscribe.seal(packUnsubscribe(link))}`,
    /** undefined for a token that this hub did not make. It never expires: a mail may be read years later. */
    readUnsubscribe(token: string): UnsubscribeLink | undefined {
      const body = unsubscribe.open(token)
      return body && unpackUnsubscribe(body)
    },
    confirmUrl({ subscriberId, asked }: ConfirmLink, expiresAt: number): string {
      const times = Buffer.alloc(2 * TIME_BYTES)
      times.writeUIntBE(expiresAt, 0, TIME_BYTES)
      times.writeUIntBE(asked, TIME_BYTES, TIME_BYTES)
      return `${publicUrl}/confirm/${confirm.seal(Buffer.concat([packId(subscriberId), times]))}`
    },
    /** undefined for a token that this hub did not make, or that has expired. */
    readConfirm(token: string, now: number): ConfirmLink | undefined {
      const body = confirm.open(token)
      if (!body || body.readUIntBE(ID_BYTES, TIME_BYTES) <= now) return undefined
      const at = ID_BYTES + TIME_BYTES
      const asked = body.length > at ? body.readUIntBE(at, TIME_BYTES) : ASKED_BEFORE
      return { subscriberId: unpackId(body), asked }
    },
  }
}

function packUnsubscribe({ subscriberId, delivery }: UnsubscribeLink): Buffer {
  const id = packId(subscriberId)
  if (!delivery) return id
  return Buffer.concat([id, packId(delivery.campaignId), Buffer.from(delivery.deliveryId)])
}

function unpackUnsubscribe(body: Buffer): UnsubscribeLink {
  const subscriberId = unpackId(body)
  if (body.length === ID_BYTES) return { subscriberId }
  const campaignId = unpackId(body.subarray(ID_BYTES))
  return { subscriberId, delivery: { campaignId, deliveryId: body.toString('utf8', 2 * ID_BYTES) } }
}

function packId(id: string): Buffer {
  if (!isUuid(id)) throw new TypeError('a link needs UUIDs')
  return Buffer.from(id.replaceAll('-', ''), 'hex')
}

function unpackId(bytes: Buffer): string {
  const hex = bytes.toString('hex', 0, ID_BYTES)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
