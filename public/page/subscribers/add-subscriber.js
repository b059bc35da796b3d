// Puts one address on the list: what is wrong with it is said at its field, whoever is there already is a link.
/** @import { App } from '../main.js' */
/** @import { Subscriber } from './types.d.ts' */
import { html, useState } from '../vendor/htm.js'
import { ApiError } from '../ground/api.js'
import { forgetLists } from './store.js'
import { AddressField, Field } from '../parts/field.js'
import { Question } from '../parts/question.js'

const PLACE = '/dashboard/subscribers'

/** @param {{ app: App, onClose: () => void }} props */
export function AddSubscriber({ app, onClose }) {
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [refused, setRefused] = useState(0)
  const add = async () => {
    setRefused(0)
    try {
      const added = /** @type {Subscriber} */ (
        await app.api.post('/subscribe', { email: email.trim(), name }, { has: 'id' })
      )
      forgetLists()
      app.router.go(`${PLACE}/${added.id}`)
    } catch (error) {
      if (error instanceof ApiError) setRefused(error.status)
      throw error
    }
  }
  return html`
    <${Question}
      title="Add a subscriber"
      yes="Add"
      onYes=${add}
      onClose=${onClose}
      after=${refused === 409 && html`<p><a href=${`${PLACE}/${encodeURIComponent(email.trim())}`} data-view>Show ${email.trim()}</a></p>`}
    >
      <p class="hint">
        Add only people who have asked for it. If DOUBLE_OPT_IN is on, they first get a mail that asks them to
        confirm.
      </p>
      <${AddressField}
        id="email"
        value=${email}
        onChange=${setEmail}
        more=${{ 'aria-invalid': [400, 409].includes(refused) ? 'true' : undefined }}
      />
      <${Field}
        id="name"
        label="Name (optional)"
        value=${name}
        onChange=${setName}
        more=${{ autocomplete: 'off' }}
      />
    <//>
  `
}
