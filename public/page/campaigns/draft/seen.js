// The mail as a subscriber will get it, while it is written; and a test of it to oneself.
/** @import { App } from '../../main.js' */
/** @import { Draft } from './draft.js' */
import { html, useEffect, useState } from '../../vendor/htm.js'
import { remember, remembered } from '../../ground/memory.js'
import { plain } from '../../ground/words.js'
import { Failed } from '../../parts/asked.js'
import { AddressField, Field } from '../../parts/field.js'
import { useDoing, useQuestion, useStore } from '../../parts/hooks.js'
import { Icon } from '../../parts/icon.js'
import { fileOf } from '../words.js'
import { Preview } from './preview.js'

/** @typedef {{ subject: string, html: string, text: string }} Mail */

/** @param {{ app: App, draft: Draft, stale: boolean }} props */
export function Seen({ app, draft, stale }) {
  const { id, version } = useStore(draft.store)
  const [as, setAs] = useState('html')
  const [typed, setTyped] = useState('')
  const [subscriber, setSubscriber] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setSubscriber(typed.trim()), 400)
    return () => clearTimeout(timer)
  }, [typed])
  const read = (/** @type {AbortSignal} */ signal) =>
    /** @type {Promise<Mail>} */ (
      app.api.get(`/campaigns/${id}/preview`, { query: { subscriber }, signal, has: 'subject' })
    )
  const [answer, again] = useQuestion(app.asking, read, [id, version, subscriber])
  const [last, setLast] = useState(/** @type {Mail | undefined} */ (undefined))
  useEffect(() => {
    if (answer.value) setLast(answer.value)
  }, [answer.value])
  // While the next one is asked for, the last one stays: a preview that blinks with each letter is none.
  const mail = answer.value ?? last
  const unknown = answer.state === 'failed' && answer.missing && subscriber !== ''
  const src = `/campaigns/${id}/preview${subscriber && !unknown ? `?${new URLSearchParams({ subscriber })}` : ''}`
  const tab = (/** @type {string} */ name, /** @type {string} */ word) =>
    html`<button
      type="button"
      class="plain"
      aria-pressed=${as === name ? 'true' : 'false'}
      onClick=${() => setAs(name)}
    >
      ${word}
    </button>`
  return html`
    <div class="seen-head">
      <span role="group" aria-label="Show as" class="as">${tab('html', 'HTML')}${tab('text', 'Text')}</span>
      <${Field}
        id="as-subscriber"
        label="As seen by"
        value=${typed}
        problem=${unknown ? answer.problem : ''}
        onChange=${setTyped}
        more=${{ placeholder: 'a made-up subscriber', autocomplete: 'off', inputmode: 'email' }}
      />
    </div>
    ${answer.state === 'failed' && !unknown && html`<${Failed} of=${answer} what="the preview" again=${again} />`}
    <div class=${stale ? 'mail stale' : 'mail'}>
      <p class="mail-subject"><bdi>${mail && plain(mail.subject)}</bdi></p>
      ${
        as === 'html'
          ? html`<${Preview} key=${`${version} ${src}`} src=${mail && src} title="The mail as it looks" />`
          : html`<pre class="mail-text" tabindex="0" aria-label="The mail as text">${mail?.text}</pre>`
      }
    </div>
    <${Test} app=${app} draft=${draft} />
  `
}

const TEST_TO = 'test-mail-to'

/** @param {{ app: App, draft: Draft }} props */
function Test({ app, draft }) {
  const [to, setTo] = useState(remembered(TEST_TO))
  const [done, setDone] = useState('')
  const { busy, problem, doing } = useDoing()
  const send = doing('test', async () => {
    setDone('')
    await draft.flush()
    const { id } = draft.store.get()
    const answer = /** @type {{ to: string, response: string }} */ (
      await app.api.post(`/campaigns/${id}/test`, { to }, { has: 'response' }).catch(withAnswer)
    )
    remember(TEST_TO, to)
    const file = fileOf({ status: 'sent', reason: answer.response })
    setDone(file ? `Written to the outbox, not sent: ${file}` : `Sent to ${answer.to}: ${answer.response}`)
  })
  return html`
    <form
      class="test"
      onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault()
        send()
      }}
    >
      <${AddressField}
        id="test-to"
        label="A test mail to yourself"
        value=${to}
        problem=${problem}
        onChange=${setTo}
        more=${{ autocomplete: 'email' }}
      />
      <button class="plain" aria-disabled=${busy !== ''}>${busy ? 'Sending…' : 'Send a test'}</button>
      ${done && html`<p class="hint" role="status"><${Icon} name="check" tone="green" /> ${plain(done)}</p>`}
    </form>
  `
}

/** What the mail server said says it best. @param {unknown} error @returns {never} */
function withAnswer(error) {
  const details = error instanceof Error && 'details' in error ? error.details : undefined
  const said = details && typeof details === 'object' && 'response' in details ? `: ${details.response}` : ''
  if (error instanceof Error) error.message += said
  throw error
}
