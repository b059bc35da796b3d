// Signing in: the API token, once; the hub then knows this browser by a cookie. And signing out.
/** @import { App } from '../main.js' */
import { html, useEffect, useRef, useState } from '../vendor/htm.js'
import { problemOf } from '../ground/asking.js'
import { useDoing, useStore } from '../parts/hooks.js'

/** @param {{ app: App }} props */
export function SignInView({ app }) {
  const { problem } = useStore(app.session)
  const [busy, setBusy] = useState(false)
  const input = useRef(/** @type {HTMLInputElement | null} */ (null))
  useEffect(() => {
    app.title.set({ view: 'Sign in', wrong: '', unseen: 0 })
    input.current?.focus()
  }, [])
  const signIn = async (/** @type {Event} */ event) => {
    event.preventDefault()
    setBusy(true)
    try {
      const { auth } = await app.api.signIn(input.current?.value.trim() ?? '')
      app.session.set({ state: 'in', auth, problem: '' })
    } catch (error) {
      app.session.set({ problem: problemOf(error) })
      setBusy(false)
      input.current?.select()
    }
  }
  return html`
    <main class="sign-in">
      <form onSubmit=${signIn}>
        <img src="/icon.svg" alt="" width="32" height="32" />
        <h1>Mail Event Hub</h1>
        <label for="token">API token</label>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="current-password"
          required
          ref=${input}
          aria-describedby="token-hint"
          aria-invalid=${problem ? 'true' : undefined}
        />
        ${problem && html`<p class="wrong" role="alert">${problem}</p>`}
        <button class="main" disabled=${busy}>Sign in</button>
        <p id="token-hint" class="hint">
          The hub prints a sign-in link when it starts. The token is the value of <code>API_TOKEN</code> or,
          if that is not set, the text in the file <code>api-token</code> of the data folder.
        </p>
      </form>
    </main>
  `
}

/** Says so when it did not work, for whoever leaves a machine that others use. @param {{ app: App, class?: string, children: unknown }} props */
export function SignOut({ app, class: look, children }) {
  const { auth } = useStore(app.session)
  const { problem, doing } = useDoing('Still signed in')
  if (auth !== 'on') return null
  return html`
    <button type="button" class=${look} onClick=${doing('leave', app.signOut)}>${children}</button>
    ${problem && html`<p class="wrong not-left" role="alert">${problem}</p>`}
  `
}
