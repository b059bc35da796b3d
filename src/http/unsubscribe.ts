// /unsubscribe/{token}: the link in every mail. GET only asks, for scanners follow links; POST does it, as the button
// of the page or of the reader's own mail program (RFC 8058).
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Links, UnsubscribeLink } from '../core/mailing/links.ts'
import type { SubscriberStore, SuppressionStore } from '../core/list/ports.ts'
import { acceptAnyBody } from './any-body.ts'
import { sendPage, type PlainPage } from './plain-page.ts'
import { tagged } from './schemas.ts'

export type Unsubscription = UnsubscribeLink & {
  readonly at: number
  /** False when the reader had left already. */
  readonly first: boolean
}

export type UnsubscribeDeps = {
  readonly links: Pick<Links, 'readUnsubscribe'>
  readonly subscribers: Pick<SubscriberStore, 'unsubscribeById'>
  readonly suppressions: Pick<SuppressionStore, 'put'>
  readonly now: () => number
  /** Called for each unsubscription, repeated ones too; the reader is off the list whatever becomes of it. */
  readonly onUnsubscribed?: (unsubscription: Unsubscription) => Promise<void>
  /** To whom a mail went. So a link still works for an address that was removed from the list and came back. */
  readonly addressOf?: (delivery: NonNullable<UnsubscribeLink['delivery']>) => Promise<string | undefined>
}

const ASKS: PlainPage = {
  status: 200,
  title: 'Unsubscribe?',
  text: ['You will get no more mails from this list.'],
  button: 'Unsubscribe',
}
const DONE: PlainPage = {
  status: 200,
  title: 'You are unsubscribed',
  text: ['You will get no more mails from this list.'],
}
const UNKNOWN: PlainPage = {
  status: 404,
  title: 'This link does not work',
  text: [
    'It is not complete, or not from us. Please open the link in the mail again, or copy the whole of it.',
  ],
}

const Token = Type.Object({ token: Type.String() })
const Html = (description: string) => Type.String({ description })
const schema = {
  ...tagged('Links in mails'),
  security: [],
  params: Token,
  response: { 200: Html('A page'), 404: Html('A page: the token is forged or incomplete') },
}

export async function registerUnsubscribe(app: FastifyInstance, deps: UnsubscribeDeps): Promise<void> {
  await app.register(async (pages) => {
    acceptAnyBody(pages)
    const config = { public: true, anyOrigin: true }
    pages.get<{ Params: { token: string } }>(
      '/unsubscribe/:token',
      { config, schema: { ...schema, summary: 'Asks whether to unsubscribe; changes nothing' } },
      async ({ params }, reply) => sendPage(reply, deps.links.readUnsubscribe(params.token) ? ASKS : UNKNOWN),
    )
    pages.post<{ Params: { token: string } }>(
      '/unsubscribe/:token',
      {
        config,
        schema: {
          ...schema,
          summary: 'Unsubscribes, any number of times',
          description: 'What `List-Unsubscribe-Post` of each mail leads to (RFC 8058). The body is ignored.',
        },
      },
      async (request, reply) => {
        const link = deps.links.readUnsubscribe(request.params.token)
        if (!link) return sendPage(reply, UNKNOWN)
        await unsubscribe(deps, link, request)
        return sendPage(reply, DONE)
      },
    )
  })
}

async function unsubscribe(deps: UnsubscribeDeps, link: UnsubscribeLink, { log }: FastifyRequest) {
  const at = deps.now()
  const outcome = await deps.subscribers.unsubscribeById(link.subscriberId, at)
  if (outcome === 'unknown' && link.delivery) {
    const email = await deps.addressOf?.(link.delivery)
    const wish = { reason: 'unsubscribe', source: 'link', since: at, until: null } as const
    if (email) await deps.suppressions.put({ email, ...wish })
  }
  try {
    await deps.onUnsubscribed?.({ ...link, at, first: outcome === 'done' })
  } catch (error) {
    log.error({ err: error }, 'an unsubscription was not counted')
  }
}
