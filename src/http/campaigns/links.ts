// /campaigns/{id}/links: which links were followed, by how many people and by how many robots.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Actions } from '../../core/campaigns/actions.ts'
import { linkKey } from '../../core/events/facts.ts'
import { linksIn } from '../../core/loop/links.ts'
import type { LinkCounts, ReactionStore } from '../../core/loop/ports.ts'
import { errors, IdParams, orNull, tagged } from '../server/answers/schemas.ts'
import { route } from '../server/route.ts'

export type LinksDeps = {
  readonly actions: Pick<Actions, 'get'>
  readonly reactions: Pick<ReactionStore, 'links'>
}

const Count = Type.Integer({ minimum: 0 })
const Links = Type.Object(
  {
    links: Type.Array(
      Type.Object(
        {
          url: orNull(Type.String(), {
            description: 'null: all links that differ for each subscriber, such as the unsubscribe link',
          }),
          people: Count,
          robots: Count,
        },
        {
          title: 'Link',
          examples: [{ url: 'https://example.com/spring', people: 88, robots: 12 }],
        },
      ),
    ),
  },
  { description: 'Each link of its HTML, most clicked first' },
)

const NOBODY: LinkCounts = { people: 0, robots: 0 }

export function registerLinks(app: FastifyInstance, { actions, reactions }: LinksDeps): void {
  route(app, 'GET /campaigns/:id/links', {
    ...tagged('Campaigns'),
    summary: 'List its links, and how many people and robots clicked each',
    params: IdParams,
    response: { 200: Links, ...errors(401, 'campaign.not_found', 503) },
    handler: async ({ params }) => {
      const { id, content } = await actions.get(params.id)
      const counts = await reactions.links(id)
      // URLs with placeholders differ for each subscriber, and are counted together with all others of that kind.
      const shared = linksIn(content).filter((url) => !url.includes('{{'))
      const links = shared.map((url) => ({ url, ...(counts.get(linkKey(url)) ?? NOBODY) }))
      const others = counts.get('')
      return {
        links: [...links, ...(others ? [{ url: null, ...others }] : [])].sort((a, b) => b.people - a.people),
      }
    },
  })
}
