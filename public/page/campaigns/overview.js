// A campaign at a glance: what became of the mails, what people did, the lanes, why mails failed, which links were followed.
/** @import { App } from '../main.js' */
/** @import { Campaign } from '../../client.d.ts' */
/** @import { Tone } from '../events/kinds.js' */
/** @import { News } from './words.js' */
import { html } from '../vendor/htm.js'
import { deliveriesAt, factsOf, isKnown, laneSentence, MAILS, missingSince, newsOf, sentOf } from './words.js'
import { lookOf } from '../events/kinds.js'
import { count, counted, plain, share } from '../ground/words.js'
import { Asked } from '../parts/asked.js'
import { Boundary } from '../parts/boundary.js'
import { useDoing, useFresh, useNow, useQuestion, useStore } from '../parts/hooks.js'
import { Icon } from '../parts/icon.js'
import { Failures } from './failures.js'

/** @param {{ app: App, campaign: Campaign }} props */
export function Overview({ app, campaign }) {
  const { failed } = campaign.deliveries
  const news = newsOf(campaign, missingSince(useStore(app.setup.store).value))
  return html`
    <div class="overview">
      <${Boundary} what="The mails"><${Mails} campaign=${campaign} /><//>
      <${Boundary} what="The funnel"><${Funnel} campaign=${campaign} news=${news} /><//>
      <${Boundary} what="The list of lanes"><${Lanes} app=${app} campaign=${campaign} /><//>
      ${Number(failed) > 0 && html`<${Boundary} what="The list of failures"><${Failures} app=${app} campaign=${campaign} /><//>`}
      <${Boundary} what="The list of links"><${Links} app=${app} campaign=${campaign} news=${news} /><//>
    </div>
  `
}

/** @param {{ campaign: Campaign }} props */
function Mails({ campaign: { id, deliveries } }) {
  const parts = Object.entries(MAILS).map(([status, look]) => ({
    status,
    ...look,
    amount: Number(deliveries[status] ?? 0),
  }))
  const { total } = deliveries
  const all = total ?? parts.reduce((sum, { amount }) => sum + amount, 0)
  return html`
    <section>
      <h2>Mails${total !== null && html` <span class="of">${count(total)}</span>`}</h2>
      <div class="mails-bar" aria-hidden="true">
        ${parts
          .filter(({ amount }) => amount > 0)
          .map(
            ({ status, tone, amount }) =>
              html`<span
                key=${status}
                class=${`tone-${tone} ${status}`}
                style=${{ flexGrow: amount }}
              ></span>`,
          )}
      </div>
      <ul class="mails">
        ${parts
          .filter(({ amount, status }) => amount > 0 || status === 'sent')
          .map(
            ({ status, word, icon, tone, amount }) => html`
              <li key=${status}>
                <a href=${deliveriesAt(id, `status=${status}`)} data-view>
                  <${Icon} name=${icon} tone=${tone} /><span class="number">${count(amount)}</span>
                  ${word.toLowerCase()}
                </a>
                <i>${total === null ? '' : share(amount, all)}</i>
              </li>
            `,
          )}
      </ul>
      ${total === null && html`<p class="hint">Still gathering the list: the total is not known yet.</p>`}
    </section>
  `
}

const ROBOTS = ['opened', 'clicked']

/** Why numbers are not known. @param {{ news: News }} props */
function Missing({ news }) {
  if (news === 'never')
    return html`<p class="hint awaits">
      <${Icon} name="note" tone="amber" />
      <span>These mails were written to files, not sent, so there is nothing to report about people.</span>
    </p>`
  if (news !== 'awaited' && news !== 'silent') return null
  return html`<p class="hint awaits">
    <${Icon} name="waiting" tone="amber" />
    <span>
      ${
        news === 'silent'
          ? 'Awaiting news: webhooks have stopped arriving, so these numbers may be too low.'
          : 'Awaiting news: the mails were sent, but no webhook has reported on them yet.'
      }${' '}
      <a href="/dashboard/setup" data-view>Check the webhook in Set-up</a>
    </span>
  </p>`
}

/** @param {{ campaign: Campaign, news: News }} props */
function Funnel({ campaign, news }) {
  const { id, people, robots } = campaign
  const sent = sentOf(campaign)
  return html`
    <section>
      <h2>People</h2>
      <${Missing} news=${news} />
      <ul class="funnel">
        ${factsOf(news, people).map((fact) => {
          const { word, tone } = lookOf(fact)
          const amount = people[fact] ?? 0
          const robot = ROBOTS.includes(fact) ? (robots[fact] ?? 0) : 0
          return html`
            <li key=${fact}>
              <a href=${deliveriesAt(id, `people=${fact}`)} data-view
                ><${Icon} name=${fact} tone=${tone} />${word}</a
              >
              <span class="track" aria-hidden="true">
                <${Bar} tone=${tone} amount=${amount} of=${sent} />
                ${robot > 0 && html`<${Bar} tone=${tone} amount=${robot} of=${sent} robot />`}
              </span>
              <span class="amount">
                ${isKnown(news, amount, fact) ? html`<span class="number">${count(amount)}</span> <i>${share(amount, sent)}</i>` : '–'}
              </span>
              <i class="robots">${robot > 0 ? `and ${counted(robot, 'robot')}` : ''}</i>
            </li>
          `
        })}
      </ul>
      ${
        news !== 'never' &&
        html`<p class="hint">
          Percentages are of the mails sent. Robots (scanners, and proxies that load every image) are hatched
          and counted separately.
        </p>`
      }
    </section>
  `
}

/** @param {{ tone: Tone, amount: number, of: number, robot?: boolean }} props */
function Bar({ tone, amount, of, robot }) {
  const width = of === 0 ? 0 : Math.min(100, (100 * amount) / of)
  // One of many is seen, too.
  return html`<span
    class=${`tone-${tone}${robot ? ' robot' : ''}`}
    style=${{ width: `${width}%`, minWidth: width > 0 ? '2px' : '0' }}
  ></span>`
}

/** @param {{ app: App, campaign: Campaign }} props */
function Lanes({ app, campaign: { lanes, status } }) {
  const now = useNow(app.api.now)
  const { problem, doing } = useDoing('Not resumed')
  const underWay = status === 'running' || status === 'paused'
  const shown = underWay ? lanes.filter(({ state, queued }) => state !== 'open' || queued > 0) : []
  if (shown.length === 0) return null
  const resume = (/** @type {string} */ name) =>
    doing(name, async () => {
      await app.api.post(`/lanes/${encodeURIComponent(name)}/resume`)
      app.say('At full pace again')
    })
  return html`
    <section>
      <h2>Lanes</h2>
      <ul class="sentences">
        ${shown.map((lane) => {
          const { name, state } = lane
          const [icon, tone] =
            state === 'paused'
              ? ['pause', 'red']
              : state === 'slowed'
                ? ['deferred', 'amber']
                : ['play', 'green']
          return html`
            <li key=${name}>
              <${Icon} name=${icon} tone=${tone} />
              <span>${plain(laneSentence(lane, now))}</span>
              ${state !== 'open' && html`<button type="button" class="plain" onClick=${resume(name)}>${state === 'paused' ? 'Resume now' : 'Full pace now'}</button>`}
            </li>
          `
        })}
      </ul>
      ${problem && html`<p class="wrong" role="alert">${problem}</p>`}
    </section>
  `
}

/** @typedef {{ links: readonly { url: string | null, people: number, robots: number }[] }} LinksAnswer */

/** @param {{ app: App, campaign: Campaign, news: News }} props */
function Links({ app, campaign, news }) {
  const { id, people, robots } = campaign
  const read = (/** @type {AbortSignal} */ signal) =>
    /** @type {Promise<LinksAnswer>} */ (app.api.get(`/campaigns/${id}/links`, { signal }))
  const [answer, again] = useQuestion(app.asking, read, [id])
  useFresh(again, `${people.clicked} ${robots.clicked}`)
  const clicked = Math.max(1, people.clicked ?? 0)
  return html`
    <section>
      <h2>Links</h2>
      <${Asked} of=${answer} what="the links" again=${again}>
        ${(/** @type {LinksAnswer} */ { links }) =>
          links.length === 0
            ? html`<p class="hint">The mail has no links except the one to unsubscribe.</p>`
            : html`<ul class="funnel links">
                ${links.map(
                  (link) => html`
                    <li key=${link.url}>
                      ${
                        link.url === null
                          ? html`<span>Unsubscribe, and other links that differ per person</span>`
                          : html`<bdi title=${plain(link.url)}
                              >${plain(link.url.replace(/^https?:\/\//, ''))}</bdi
                            >`
                      }
                      ${
                        news !== 'never' &&
                        html`<span class="track" aria-hidden="true">
                            <${Bar} tone="violet" amount=${link.people} of=${clicked} />
                          </span>
                          <span class="amount">
                            ${isKnown(news, link.people) ? html`<span class="number">${count(link.people)}</span> ${link.people === 1 ? 'person' : 'people'}` : '–'}
                          </span>`
                      }
                      <i class="robots">${link.robots > 0 ? `and ${counted(link.robots, 'robot')}` : ''}</i>
                    </li>
                  `,
                )}
              </ul>`}
      <//>
    </section>
  `
}
