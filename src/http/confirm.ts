// /confirm/{token}: double opt-in. GET only asks, for scanners follow every link of a mail; POST confirms.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Links } from '../core/mailing/links.ts'
import type { SubscriberStore } from '../core/list/ports.ts'
import { acceptAnyBody } from './any-body.ts'
import { sendPage, type PlainPage } from './plain-page.ts'
import { tagged } from './schemas.ts'

export type ConfirmDeps = {
  readonly links: Pick<Links, 'readConfirm'>
  readonly subscribers: Pick<SubscriberStore, 'confirm'>
  readonly now: () => number
}

const ASKS: PlainPage = {
  status: 200,
  title: 'Confirm your subscription',
  text: ['One more click, and you will get the mails of this list. You can leave it at any time.'],
  button: 'Confirm',
}
const DONE: PlainPage = {
  status: 200,
  title: 'You are subscribed',
  text: ['Thank you. Every mail holds a link to unsubscribe.'],
}
const UNKNOWN: PlainPage = {
  status: 404,
  title: 'This link does not work any more',
  text: ['It has expired, or is not complete. Please subscribe again, and you will get a new one.'],
}

const schema = {
  ...tagged('Links in mails'),
  security: [],
  params: Type.Object({ token: Type.String() }),
  response: {
    200: Type.String({ description: 'A page' }),
    404: Type.String({ description: 'A page: the token is forged, incomplete or has expired' }),
  },
}

export async function registerConfirm(app: FastifyInstance, deps: ConfirmDeps): Promise<void> {
  const { links, subscribers, now } = deps
  await app.register(async (pages) => {
    acceptAnyBody(pages)
    const config = { public: true, anyOrigin: true }
    pages.get<{ Params: { token: string } }>(
      '/confirm/:token',
      { config, schema: { ...schema, summary: 'Asks whether to confirm; changes nothing' } },
      async ({ params }, reply) => sendPage(reply, links.readConfirm(params.token, now()) ? ASKS : UNKNOWN),
    )
    pages.post<{ Params: { token: string } }>(
      '/confirm/:token',
      { config, schema: { ...schema, summary: 'Confirms a subscription (double opt-in)' } },
      async ({ params }, reply) => {
        const id = links.readConfirm(params.token, now())
        const outcome = id === undefined ? 'unknown' : await subscribers.confirm(id, now())
        return sendPage(reply, outcome === 'unknown' ? UNKNOWN : DONE)
      },
    )
  })
}
