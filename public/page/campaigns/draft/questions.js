// The last questions of a draft: send it, at a time, or delete it.
/** @import { App } from '../../main.js' */
/** @import { Campaign } from '../../../client.d.ts' */
/** @import { Draft } from './draft.js' */
import { html, useState } from '../../vendor/htm.js'
import { count, plain, titleOf } from '../../ground/words.js'
import { Field } from '../../parts/field.js'
import { Question } from '../../parts/question.js'

/** @typedef {{ recipients: number, skipped: number, reasons: Readonly<Record<string, number>>, sender_problem: string | null }} Audience */

/** @param {{ app: App, draft: Draft, campaign: Campaign | null, audience: Audience, onClose: () => void }} props */
export function SendQuestion({ app, draft, campaign, audience, onClose }) {
  const { id, fields } = draft.store.get()
  const { recipients } = audience
  const send = () => {
    if (hindrance(audience)) throw new Error(hindrance(audience))
    app.sends.add({ id, subject: fields.subject, recipients })
  }
  return html`
    <${Question}
      title=${`Send “${titleOf(fields.subject)}”?`}
      yes=${`Send to ${count(recipients)}`}
      no="Not yet"
      onYes=${send}
      onClose=${onClose}
    >
      <${Who} audience=${audience} outbox=${campaign?.transport === 'outbox'} />
      <p class="hint">Sending begins ten seconds after you confirm; until then you can undo it.</p>
    <//>
  `
}

/** What keeps it from going out. @param {Audience} audience */
function hindrance({ recipients, sender_problem: problem }) {
  if (problem) return `No mail can go out: ${problem}`
  return recipients === 0 ? 'Nobody would get it' : ''
}

/** @param {{ audience: Audience, outbox: boolean }} props */
function Who({ audience, outbox }) {
  const { recipients, skipped, reasons } = audience
  const gets = recipients === 1 ? '1 person gets it' : `${count(recipients)} people get it`
  const passed = `; ${count(skipped)} on the list ${skipped === 1 ? 'is' : 'are'} skipped:`
  const sentence = gets + (skipped > 0 ? passed : '.')
  return html`
    <p>${sentence}</p>
    ${
      skipped > 0 &&
      html`<ul class="reasons">
        ${Object.entries(reasons).map(([reason, amount]) => html`<li key=${reason}><span class="number">${count(amount)}</span> ${plain(reason)}</li>`)}
      </ul>`
    }
    ${hindrance(audience) && html`<p class="wrong">${hindrance(audience)}</p>`}
    ${outbox && html`<p class="hint">No SMTP server is set, so the mails are only written to files.</p>`}
  `
}

/** @param {{ app: App, campaign: Campaign | null, audience: Audience, onClose: () => void }} props */
export function ScheduleQuestion({ app, campaign, audience, onClose }) {
  const [at, setAt] = useState(
    localTime(campaign?.send_at ? Date.parse(campaign.send_at) : app.api.now() + 3_600_000),
  )
  const [problem, setProblem] = useState('')
  const schedule = async () => {
    const ms = Date.parse(at)
    if (Number.isNaN(ms)) {
      setProblem('Enter a date and a time')
      throw new Error('Not scheduled')
    }
    setProblem('')
    const body = { send_at: new Date(ms).toISOString() }
    app.campaigns.put(await app.api.call('PATCH', `/campaigns/${campaign?.id}`, { body }))
    app.say('Scheduled')
  }
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return html`
    <${Question} title="When should it start?" yes="Schedule" onYes=${schedule} onClose=${onClose}>
      <${Field}
        id="send-at"
        label="Date and time"
        type="datetime-local"
        value=${at}
        problem=${problem}
        hint=${`Your time, ${zone}. It goes to everybody who is on the list then.`}
        onChange=${setAt}
        more=${{ required: true }}
      />
      <p>If it started now:</p>
      <${Who} audience=${audience} outbox=${campaign?.transport === 'outbox'} />
    <//>
  `
}

/** As a field for day and time wants it. @param {number} ms */
function localTime(ms) {
  const date = new Date(ms)
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** @param {{ app: App, draft: Draft, onClose: () => void }} props */
export function DeleteQuestion({ app, draft, onClose }) {
  const { id, fields } = draft.store.get()
  const remove = async () => {
    await app.api.call('DELETE', `/campaigns/${id}`)
    draft.drop()
    app.deleted(id)
    app.router.go('/dashboard/campaigns')
    app.say('Deleted')
  }
  return html`
    <${Question}
      title=${`Delete “${titleOf(fields.subject)}”?`}
      yes="Delete the draft"
      dangerous
      onYes=${remove}
      onClose=${onClose}
    >
      <p>It has not been sent to anybody. Deleting it cannot be undone.</p>
    <//>
  `
}
