// The campaigns' routes on an empty database, without senders: what they would be told is written down.
import rateLimit from '@fastify/rate-limit'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import { createActions } from '../../src/core/mailing/campaign.actions.ts'
import type { Campaign } from '../../src/core/mailing/ports.ts'
import type { LaneState, SendResult } from '../../src/core/sending/ports.ts'
import type { Subscriber } from '../../src/core/list/ports.ts'
import { registerCampaigns, type CampaignsDeps } from '../../src/http/campaigns.ts'
import { registerErrors } from '../../src/http/errors.ts'
import { silentLog } from './feed-lab.ts'
import { NOON, openLedgerLab, readerId } from './ledger-lab.ts'
import { openSqliteLab } from './sql-lab.ts'

export type CampaignsApp = Awaited<ReturnType<typeof openCampaignsApp>>

const LANES: readonly LaneState[] = [
  { name: 'google', state: 'slowed', reason: '421 4.7.28', perSecond: 4 },
  { name: 'default', state: 'open', reason: null, perSecond: 50 },
]
export const READER: Subscriber = {
  id: readerId(1),
  email: 'kim@example.com',
  name: 'Kim <3',
  subscribed: true,
  suppressed: null,
  createdAt: NOON,
  updatedAt: NOON,
}

export async function openCampaignsApp(changes: Partial<CampaignsDeps> = {}) {
  const lab = await openLedgerLab(await openSqliteLab())
  const told: string[] = []
  const tests: string[] = []
  const state = {
    now: NOON,
    answer: { kind: 'sent', response: '250 ok' } as SendResult,
    marksFail: false,
  }
  const now = () => state.now
  const actions = createActions({
    campaigns: lab.store,
    ledger: lab.ledger,
    marks: {
      async setCampaign(id, to) {
        if (state.marksFail) throw new Error('the marks cannot be reached')
        told.push(`${to} ${id}`)
      },
    },
    transport: 'outbox',
    wake: () => void told.push('wake'),
    log: silentLog,
    now,
  })
  const app = fastify({ routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 } })
  setUp(app)
  await app.register(rateLimit, { global: false })
  await registerCampaigns(app, {
    actions,
    campaigns: lab.store,
    ledger: lab.ledger,
    laneStates: async () => LANES,
    subscribers: { get: async (id) => (id === READER.id ? READER : undefined) },
    render: ({ subject }: Campaign, { name, email }) => ({ subject, html: `<p>${email}</p>`, text: name }),
    async sendTest({ id }, to) {
      tests.push(`${id} ${to}`)
      return state.answer
    },
    log: silentLog,
    now,
    ...changes,
  })
  const call = async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    payload?: object,
    more?: InjectOptions,
  ) => {
    const response = await app.inject({ method, url, ...(payload ? { payload } : {}), ...more })
    const json = /json/.test(String(response.headers['content-type']))
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.body,
      body: json ? response.json() : undefined,
    }
  }
  return {
    lab,
    told,
    tests,
    state,
    call,
    close: async () => void (await Promise.all([app.close(), lab.close()])),
  }
}

/** As src/app.ts does it. */
function setUp(app: FastifyInstance): void {
  registerErrors(app)
  const strict = addFormats.default(new Ajv({ allErrors: false, useDefaults: true }))
  const lenient = addFormats.default(new Ajv({ coerceTypes: 'array', useDefaults: true }))
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null, undefined) : parseJson(request, body, done),
  )
  app.setValidatorCompiler<object>(({ schema, httpPart }) =>
    (httpPart === 'body' ? strict : lenient).compile(schema),
  )
}
