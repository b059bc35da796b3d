// Writing a campaign beside what a subscriber will get; then its last question: now, at a time, or never.
/** @import { App } from '../../main.js' */
/** @import { Draft, Fields, WholeCampaign } from './draft.js' */
import { html, useEffect, useLayoutEffect, useState } from '../../vendor/htm.js'
import { stateLook } from '../words.js'
import { exactTime, fullTime, plain, within } from '../../ground/words.js'
import { Field } from '../../parts/field.js'
import { useDoing, useNow, useStore } from '../../parts/hooks.js'
import { Icon } from '../../parts/icon.js'
import { createDraft } from './draft.js'
import { DeleteQuestion, ScheduleQuestion, SendQuestion } from './questions.js'
import { Seen } from './seen.js'
import { duplicate } from '../verbs.js'

/** @param {{ app: App, campaign: WholeCampaign | null, onMade: (id: string) => void }} props */
export function Compose({ app, campaign, onMade }) {
  const [draft] = useState(() =>
    createDraft({
      api: app.api,
      campaign,
      onSaved(saved, isNew) {
        app.campaigns.put(saved)
        if (isNew) onMade(saved.id)
      },
    }),
  )
  const { id, fields, state } = useStore(draft.store)
  const told = useStore(app.campaigns.store).campaigns.get(id) ?? campaign
  const pending = useStore(app.sends.store).sends.some((send) => send.id === id)
  // What is there once the draft is sent is seen from its top.
  useLayoutEffect(() => () => document.getElementById('view')?.scrollTo({ top: 0 }), [])
  useEffect(() => {
    const warn = (/** @type {Event} */ event) => {
      if (['unsaved', 'saving', 'failed'].includes(draft.store.get().state)) event.preventDefault()
    }
    addEventListener('beforeunload', warn)
    // One may have been away for long.
    const stay = app.asking.onWake(() => draft.store.get().state === 'saved' && draft.look().catch(() => {}))
    return () => {
      removeEventListener('beforeunload', warn)
      stay()
      draft.close()
    }
  }, [])
  return html`
    <div class="campaign compose">
      <header class="campaign-head">
        <p class="back">
          <a href="/dashboard/campaigns" data-view><${Icon} name="back" />Campaigns</a>
        </p>
        <h1>
          ${campaign || id ? html`<bdi>${plain(fields.subject) || 'No subject'}</bdi>` : 'New campaign'}
        </h1>
        <${Standing} app=${app} draft=${draft} campaign=${told} />
        <${Verbs} app=${app} draft=${draft} campaign=${told} pending=${pending} />
      </header>
      <div class="beside">
        <${Form} draft=${draft} locked=${pending} />
        <section class="seen" aria-label="Preview">
          ${
            id === ''
              ? html`<p class="hint">
                  The preview appears once there is a subject and a body. What you write is saved
                  automatically.
                </p>`
              : html`<${Seen} app=${app} draft=${draft} stale=${state !== 'saved'} />`
          }
        </section>
      </div>
    </div>
  `
}

/** @param {{ app: App, draft: Draft, campaign: { status: string, send_at: string | null } | null }} props */
function Standing({ app, draft, campaign }) {
  const { state, problem, wrong, gone, savedAt, id } = useStore(draft.store)
  const now = useNow(app.api.now)
  const { word, icon, tone } = stateLook(campaign?.status ?? 'draft')
  const at = campaign?.send_at ? Date.parse(campaign.send_at) : null
  const needs = 'not saved yet: add a subject and a body'
  const saving = {
    empty: needs,
    saved: savedAt ? `saved at ${exactTime(savedAt)}` : 'saved',
    unsaved: draft.isWhole() ? 'not saved yet…' : needs,
    saving: 'saving…',
    failed: '',
  }[state]
  return html`
    <p class="standing">
      <span class="state"><${Icon} name=${icon} tone=${tone} /><strong>${word}</strong></span>
      ${at !== null && html`<span>starts ${fullTime(at)}${at > now ? `, ${within(at - now)}` : ''}</span>`}
      <span>${saving}</span>
    </p>
    ${
      gone &&
      html`<p class="wrong" role="alert">
        ${'This draft was deleted elsewhere, and is only in this tab. '}
        <button type="button" class="link" onClick=${() => draft.renew().catch(() => {})}>
          Save it as a new one
        </button>
      </p>`
    }
    ${
      state === 'failed' &&
      !gone &&
      html`<p class="wrong" role="alert">
        ${`Not saved${id === '' ? '' : ', the last changes are only in this tab'}: ${wrong ? 'see below' : problem} `}
        ${!wrong && html`<button type="button" class="link" onClick=${() => draft.flush().catch(() => {})}>Try again</button>`}
      </p>`
    }
  `
}

/** @param {{ draft: Draft, locked: boolean }} props */
function Form({ draft, locked }) {
  const { fields, problem, wrong } = useStore(draft.store)
  const field = (/** @type {keyof Fields} */ name, /** @type {string} */ label, more = {}) => html`
    <${Field}
      id=${name}
      label=${label}
      value=${fields[name]}
      problem=${wrong === name ? problem : ''}
      onChange=${(/** @type {string} */ value) => draft.change(name, value)}
      ...${more}
    />
  `
  return html`
    <form class="writing" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
      <fieldset disabled=${locked}>
        <legend class="unseen">Content</legend>
        ${field('subject', 'Subject', { more: { maxlength: 998 } })}
        ${field('preheader', 'Preheader', { hint: 'What inboxes show after the subject', more: { maxlength: 200 } })}
        ${field('content', 'Body, in HTML', {
          type: 'textarea',
          hint: '{{name|friend}}, {{email}} and {{unsubscribe_url}} are filled in. If there is no unsubscribe link, a footer with one is added.',
          more: { rows: 18 },
        })}
        <details open=${fields.text !== '' || wrong === 'text'}>
          <summary>Plain text, reply address, tag</summary>
          ${field('text', 'Text', { type: 'textarea', hint: 'Leave empty to make it from the HTML', more: { rows: 8 } })}
          ${field('reply_to', 'Reply to', { hint: 'Leave empty to get replies at the sender’s address', more: { inputmode: 'email', autocomplete: 'off' } })}
          ${field('tag', 'Tag', { hint: 'Comes back in every event of these mails', more: { maxlength: 50 } })}
        </details>
      </fieldset>
    </form>
  `
}

/**
 * @param {object} props
 * @param {App} props.app
 * @param {Draft} props.draft
 * @param {WholeCampaign | import('../../../client.d.ts').Campaign | null} props.campaign
 * @param {boolean} props.pending
 */
function Verbs({ app, draft, campaign, pending }) {
  const [asks, setAsks] = useState('')
  const { busy, problem, doing } = useDoing('Not done')
  const [audience, setAudience] = useState(/** @type {import('./questions.js').Audience | null} */ (null))
  const { id } = useStore(draft.store)
  /** How many is counted now, not when one began to write. */
  const ask = (/** @type {string} */ what) =>
    doing(what, async () => {
      await draft.flush()
      const count = app.api.get(`/campaigns/${id}/audience`, { limitMs: 60_000, has: 'recipients' })
      const [audience] = await Promise.all([count, draft.look()])
      setAudience(audience)
      setAsks(what)
    })
  const unschedule = doing('unschedule', async () =>
    app.campaigns.put(await app.api.call('PATCH', `/campaigns/${id}`, { body: { send_at: null } })),
  )
  const close = () => setAsks('')
  // What counts keeps the focus, to which the question that follows gives it back.
  const off = (/** @type {string} */ what) => (busy !== '' && busy !== what) || pending
  const scheduled = campaign?.status === 'scheduled'
  // Nothing can be done with what is not there yet; what comes then finds its room.
  if (id === '') return html`<div class="verbs"></div>`
  return html`
    <div class="verbs">
      <button type="button" class="main" disabled=${off('send')} onClick=${ask('send')}>
        ${busy === 'send' ? 'Counting…' : scheduled ? 'Send now…' : 'Send…'}
      </button>
      <button type="button" class="plain" disabled=${off('schedule')} onClick=${ask('schedule')}>
        ${busy === 'schedule' ? 'Counting…' : scheduled ? 'Reschedule…' : 'Schedule…'}
      </button>
      ${scheduled && html`<button type="button" class="plain" disabled=${off('unschedule')} onClick=${unschedule}>Unschedule</button>`}
      <button
        type="button"
        class="plain"
        disabled=${off('duplicate')}
        onClick=${doing('duplicate', () => duplicate(app, id))}
      >
        Duplicate
      </button>
      <button type="button" class="plain" disabled=${off('delete')} onClick=${() => setAsks('delete')}>
        Delete…
      </button>
      ${problem && html`<p class="wrong" role="alert">${problem}</p>`}
    </div>
    ${asks === 'send' && audience && html`<${SendQuestion} app=${app} draft=${draft} campaign=${campaign} audience=${audience} onClose=${close} />`}
    ${asks === 'schedule' && audience && html`<${ScheduleQuestion} app=${app} campaign=${campaign} audience=${audience} onClose=${close} />`}
    ${asks === 'delete' && html`<${DeleteQuestion} app=${app} draft=${draft} onClose=${close} />`}
  `
}
