// /campaigns/{id}/failures: why deliveries failed, in groups; and retrying one group, or all.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Actions } from '../../core/campaigns/actions.ts'
import { isRetryable } from '../../core/campaigns/reasons.ts'
import type { Ledger } from '../../core/campaigns/ports.ts'
import { errors, IdParams, tagged } from '../server/answers/schemas.ts'
import { campaignIn, type Present } from './json.ts'
import { route } from '../server/route.ts'

type FailuresDeps = {
  readonly actions: Pick<Actions, 'get' | 'retryFailed'>
  readonly ledger: Pick<Ledger, 'reasons'>
  readonly present: Pick<Present, 'one'>
}

const about = tagged('Campaigns')
const Reason = Type.String({ maxLength: 500, examples: ['550 5.1.1: no such mailbox'] })
const Failures = Type.Object(
  {
    failures: Type.Array(
      Type.Object(
        {
          reason: Reason,
          count: Type.Integer({ minimum: 1, examples: [312] }),
          retryable: Type.Boolean({
            description:
              'false: the mailboxes do not exist and the addresses are suppressed. A retry skips them until the suppressions are lifted',
            examples: [false],
          }),
        },
        { title: 'Failure' },
      ),
    ),
  },
  { description: 'Groups of failed deliveries, the largest first' },
)
/** Unknown parameters are refused: a typo must not retry everybody. */
const Which = Type.Object(
  {
    reason: Type.Optional(
      Type.String({
        maxLength: 500,
        description: 'A `reason` of /failures, to retry only those. Without it, all that failed',
      }),
    ),
  },
  { additionalProperties: false },
)

export function registerFailures(app: FastifyInstance, { actions, ledger, present }: FailuresDeps): void {
  route(app, 'GET /campaigns/:id/failures', {
    ...about,
    summary: 'List why deliveries failed',
    description:
      'Grouped by the code and the first words of the server’s answer, without what servers add for each recipient. `GET /campaigns/{id}/deliveries?reason=` lists a group.',
    params: IdParams,
    response: { 200: Failures, ...errors(401, 'campaign.not_found', 503) },
    handler: async ({ params }) => {
      const { id } = await actions.get(params.id)
      const { failed } = await ledger.reasons(id)
      const groups = [...failed].map(([reason, count]) => ({ reason, count, retryable: isRetryable(reason) }))
      return { failures: groups.sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)) }
    },
  })

  route(app, 'POST /campaigns/:id/retry-failed', {
    ...about,
    summary: 'Retry the failed deliveries',
    params: IdParams,
    querystring: Which,
    response: {
      202: campaignIn('running', 'They are queued again'),
      ...errors(400, 401, 'campaign.not_found', 'campaign.wrong_state', 'campaign.sender_not_set_up', 503),
    },
    handler: async ({ params, query }) => present.one(await actions.retryFailed(params.id, query.reason)),
  })
}
