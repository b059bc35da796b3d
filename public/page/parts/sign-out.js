// Ends the session; and says so when that did not work, for whoever leaves a machine that others use.
/** @import { App } from '../main.js' */
import { html, useState } from '../vendor/htm.js'
import { problemOf } from '../ground/asking.js'
import { useStore } from './hooks.js'

/** @param {{ app: App, class?: string, children: unknown }} props */
export function SignOut({ app, class: look, children }) {
  const { auth } = useStore(app.session)
  const [problem, setProblem] = useState('')
  const leave = async () => {
    setProblem('')
    try {
      await app.signOut()
    } catch (error) {
      setProblem(problemOf(error))
    }
  }
  if (auth !== 'on') return null
  return html`
    <button type="button" class=${look} onClick=${leave}>${children}</button>
    ${problem && html`<p class="wrong not-left" role="alert">Still signed in: ${problem}</p>`}
  `
}
