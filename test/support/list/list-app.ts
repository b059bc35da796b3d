// The list's resources on a small server of their own, with a clock, a mailbox and hooks that remember.
import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import fastify, { type InjectOptions } from 'fastify'
import type { AskedToConfirm } from '../../../src/core/campaigns/mail/confirmation.ts'
import { createLinks } from '../../../src/core/campaigns/mail/links.ts'
import { createCounts } from '../../../src/core/counts.ts'
import { createForget } from '../../../src/core/list/forget.ts'
import { createAccess, registerAccess, registerHostCheck } from '../../../src/http/server/access/access.ts'
import { registerBodyTimeout } from '../../../src/http/server/bodies/timeout.ts'
import { registerConfirm } from '../../../src/http/list/confirm.ts'
import { registerSecurityHeaders } from '../../../src/http/server/answers/headers.ts'
import { REQUEST_OPTIONS, setUpRequests } from '../../../src/http/server/requests.ts'
import { registerSubscribers, type SubscribersDeps } from '../../../src/http/list/subscribers.ts'
import { registerSuppressions } from '../../../src/http/list/suppressions.ts'
import { registerUnsubscribe, type UnsubscribeDeps } from '../../../src/http/list/unsubscribe.ts'
import { toAnswer } from '../answer.ts'
import { openListLab } from './list-lab.ts'
import { openSqliteLab, type SqlLab } from '../database/sql-lab.ts'

const nothing = async () => {}

export const TOKEN = 'the-api-token-of-the-tests'
const PUBLIC_URL = 'https://hub.example.com'

export const ANN = { email: 'Ann@Example.com', name: 'Ann 안녕' }
/** An answer that is an error. */
export const error = (status: number, code: string) => ({ status, body: { error: { code } } })

type Options = Partial<
  Pick<SubscribersDeps, 'doubleOptIn' | 'forget' | 'sendMail'> &
    Pick<UnsubscribeDeps['reactions'], 'addressOf'>
> & { readonly auth?: 'on' | 'off' }

export type ListApp = Awaited<ReturnType<typeof startListApp>>

export async function startListApp(options: Options = {}, openLab: () => Promise<SqlLab> = openSqliteLab) {
  const lab = await openListLab(openLab)
  const now = () => lab.clock.now
  const links = createLinks('a secret of the tests', PUBLIC_URL)
  const mails: AskedToConfirm[] = []
  const mailer = { broken: false }
  const unsubscriptions: { readonly delivery: object; readonly at: number }[] = []
  const access = createAccess({
    auth: options.auth ?? 'on',
    token: TOKEN,
    secret: 'a secret of the tests',
    publicUrl: PUBLIC_URL,
    allowedOrigins: [],
    now,
  })
  const app = await createServer()
  registerHostCheck(app, access)
  registerAccess(app, access, createCounts(now))
  const shared = { subscribers: lab.list, suppressions: lab.suppressions, links, access, now }
  const subscribing = {
    doubleOptIn: options.doubleOptIn ?? false,
    async sendConfirmation(asked: AskedToConfirm) {
      if (mailer.broken) throw new Error('the mail server is gone')
      mails.push(asked)
    },
  }
  await registerSubscribers(app, {
    ...shared,
    ...subscribing,
    forget: createForget({ events: nothing, deliveries: nothing, outbox: nothing, ...shared }),
    ...options,
  })
  await registerSuppressions(app, shared)
  const identity = { name: 'The <Garden> Letter', address: '1 Rose & Thorn Lane' }
  await registerConfirm(app, { ...shared, identity })
  await registerUnsubscribe(app, {
    ...shared,
    ...options,
    ...subscribing,
    identity,
    reactions: {
      addressOf: options.addressOf ?? (async () => undefined),
      leftByLink: async (delivery, at) => void unsubscriptions.push({ delivery, at }),
    },
  })

  const call = async (request: InjectOptions) => toAnswer(await app.inject(request))
  const withToken = (method: InjectOptions['method'], url: string, payload?: InjectOptions['payload']) =>
    call({ method, url, payload, headers: { authorization: TOKEN } })
  return {
    ...lab,
    app,
    links,
    mails,
    mailer,
    unsubscriptions,
    /** Without the token. */
    call,
    get: (url: string) => withToken('GET', url),
    post: (url: string, payload?: object) => withToken('POST', url, payload),
    patch: (url: string, payload?: object) => withToken('PATCH', url, payload),
    remove: (url: string, payload?: object) => withToken('DELETE', url, payload),
    /** Her id. */
    addAnn: async (): Promise<string> => (await withToken('POST', '/subscribe', ANN)).body.id,
    /** The subscriber's row, as the API shows it. */
    async subscriber(email: string) {
      const answer = await withToken('GET', `/subscribe?email=${encodeURIComponent(email)}`)
      const [subscriber] = answer.body.subscribers
      if (!subscriber) throw new Error(`${email} is not on the list`)
      return subscriber
    },
    async close() {
      await app.close()
      await lab.close()
    },
  }
}

async function createServer() {
  const app = fastify({ ...REQUEST_OPTIONS, requestTimeout: 0 })
  setUpRequests(app)
  registerSecurityHeaders(app, false)
  await app.register(cookie)
  await app.register(rateLimit, { global: false })
  registerBodyTimeout(app, 60_000)
  return app
}
