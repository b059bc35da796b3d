// /api/sample: stores the events of a made-up mail, to see the hub at work before Mandrill is connected.
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { readBatch } from '../../core/events/intake/batch.ts'
import { broughtBy } from '../../core/events/facts.ts'
import type { EventFeed } from '../../core/events/ports.ts'
import { createSample, SAMPLE_LIFE } from '../../core/events/providers/mandrill/example.ts'
import { errors, tagged } from '../server/answers/schemas.ts'
import { route } from '../server/route.ts'

type SampleDeps = {
  readonly feed: Pick<EventFeed, 'append'>
  readonly now: () => number
  readonly log: Pick<FastifyBaseLogger, 'warn'>
}

export async function registerSample(app: FastifyInstance, { feed, now, log }: SampleDeps): Promise<void> {
  const timers = new Set<NodeJS.Timeout>()
  app.addHook('onClose', async () => timers.forEach(clearTimeout))

  route(app, 'POST /api/sample', {
    ...tagged('Operations'),
    summary: 'Store a sample: the events of one made-up mail',
    description:
      'Events like Mandrill’s, tagged `sample`: one mail is sent, delivered, opened and clicked within ten seconds. Its recipient does not exist.',
    response: {
      202: Type.Object(
        { accepted: Type.Integer({ examples: [1] }) },
        { description: 'The first is stored, the others follow' },
      ),
      ...errors(401, 503),
    },
    handler: async () => {
      const eventOf = createSample(now())
      const append = (step: (typeof SAMPLE_LIFE)[number]) =>
        feed.append(broughtBy('hand', readBatch(Buffer.from(JSON.stringify([eventOf(step)]))).events))
      const [first, ...others] = SAMPLE_LIFE
      const { accepted } = await append(first)
      for (const step of others) {
        const timer = setTimeout(() => {
          timers.delete(timer)
          append(step).catch((err) => log.warn({ err }, 'a step of a sample could not be stored'))
        }, step.afterMs)
        timers.add(timer)
      }
      return { accepted }
    },
  })
}
