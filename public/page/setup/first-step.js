// What an empty hub offers: the URL to type in Mandrill, and a sample to see the page at work.
/** @import { App } from '../main.js' */
import { html, useState } from '../vendor/htm.js'
import { CopyButton } from '../parts/copy-button.js'
import { useDoing, useStore } from '../parts/hooks.js'
import { Icon } from '../parts/icon.js'

/** @param {{ app: App }} props */
export function FirstStep({ app }) {
  const { state, value: setup } = useStore(app.setup.store)
  const heading = html`<h2>Waiting for the first event</h2>`
  // The URL would push the button away from under a pointer.
  if (state === 'asking') return html`<section class="empty">${heading}</section>`
  return html`
    <section class="empty">
      ${heading}
      <p>In Mandrill, under Settings → Webhooks, add a webhook with exactly this URL:</p>
      ${setup?.webhook_urls.map((url) => html`<${WebhookUrl} url=${url} />`)}
      ${setup?.webhook_urls.some(isOwnMachine) && html`<${Unreachable} />`}
      <p>
        <${SampleButton} app=${app} />
        <a href="/dashboard/setup" data-view>All set-up steps</a>
      </p>
    </section>
  `
}

/** One mail's whole life. @param {{ app: App, said?: unknown }} props `said`: where to look, once it is on its way */
export function SampleButton({ app, said = '' }) {
  const [sent, setSent] = useState(false)
  const { problem, doing } = useDoing('Not sent')
  const send = doing('send', async () => {
    setSent(false)
    await app.api.sendSample()
    setSent(true)
  })
  return html`
    <button type="button" class="main" onClick=${send}>Send a sample</button>
    <span role="status">${sent && said}</span>
    ${problem && html`<span class="wrong" role="alert">${problem}</span>`}
  `
}

/** @param {{ url: string }} props */
export function WebhookUrl({ url }) {
  return html`<p class="url"><code>${url}</code><${CopyButton} text=${url} what="the URL" /></p>`
}

/** @param {string} url */
export function isOwnMachine(url) {
  return /^https?:\/\/(localhost|127\.|\[::1\])/.test(url)
}

/** The commonest way to wait in vain. */
export function Unreachable() {
  return html`<p class="hint">
    <${Icon} name="problem" tone="amber" />
    <span
      >Mandrill cannot reach this machine at that address. Set <code>PUBLIC_URL</code> to the hub’s address on
      the internet.</span
    >
  </p>`
}
