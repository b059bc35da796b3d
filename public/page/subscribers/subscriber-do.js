// What one can do about a subscriber. Each asks first, and says what will happen.
/** @import { App } from '../main.js' */
/** @import { Subscriber } from './types.d.ts' */
import { html, useState } from '../vendor/htm.js'
import { LIFTED, lookOfReason } from './words.js'
import { plain } from '../ground/words.js'
import { forgetLists } from './store.js'
import { Question } from '../parts/question.js'

/** Every event that is kept may have to be read. */
const ERASE_MS = 120_000

/**
 * @typedef {object} Deed
 * @property {string} verb
 * @property {string} [label] more of it, where it stands alone
 * @property {string} title
 * @property {readonly string[]} says
 * @property {boolean} [dangerous]
 * @property {() => Promise<unknown>} run
 */

/** @param {{ app: App, subscriber: Subscriber, again: () => Promise<void>, onErased: (email: string) => void }} props */
export function SubscriberDo({ app, subscriber, again, onErased }) {
  const [asked, setAsked] = useState(/** @type {Deed | null} */ (null))
  const { email } = subscriber
  const shown = plain(email)
  const deeds = deedsFor()
  return html`
    <p class="deeds">
      ${deeds.map(
        (deed) =>
          html`<button type="button" class="plain" onClick=${() => setAsked(deed)}>
            ${deed.label ?? deed.verb}…
          </button>`,
      )}
    </p>
    ${
      asked &&
      html`<${Question}
        title=${asked.title}
        yes=${asked.verb}
        dangerous=${asked.dangerous}
        onYes=${asked.run}
        onClose=${() => setAsked(null)}
      >
        ${asked.says.map((sentence) => html`<p>${sentence}</p>`)}
      <//>`
    }
  `

  /** @returns {Deed[]} */
  function deedsFor() {
    const { subscribed, suppressed } = subscriber
    const mayReturn = !subscribed && (!suppressed || suppressed.reason === 'unsubscribe')
    return [
      ...(subscribed ? [unsubscribe()] : []),
      ...(mayReturn ? [subscribe()] : []),
      suppressed ? lift(suppressed.reason) : suppress(),
      erase(),
    ]
  }

  /** @param {string} said @param {() => Promise<unknown>} call */
  function then(said, call) {
    return async () => {
      // Also what is refused tells that something else is true by now.
      await call().finally(again)
      app.say(said)
    }
  }

  /** @returns {Deed} */
  function unsubscribe() {
    return {
      verb: 'Unsubscribe',
      title: `Unsubscribe ${shown}?`,
      says: [
        'No more campaigns go to this address, not even the rest of one that is running.',
        'The subscriber stays on the list, marked as unsubscribed, and is not notified.',
      ],
      run: then('Unsubscribed', () => app.api.call('PATCH', '/subscribe', { body: { email } })),
    }
  }

  /** @returns {Deed} */
  function subscribe() {
    return {
      verb: 'Subscribe',
      title: `Subscribe ${shown} again?`,
      says: [
        'Do this only if they have asked you to: people who left and still get mail complain.',
        'They get the next campaign. If DOUBLE_OPT_IN is on, they first get a mail that asks them to confirm.',
      ],
      run: then('Subscribed', () => app.api.post('/subscribe', { email, name: subscriber.name })),
    }
  }

  /** @returns {Deed} */
  function suppress() {
    return {
      verb: 'Suppress',
      title: `Suppress ${shown}?`,
      says: [
        'Nothing is sent to this address until you lift the suppression, even if somebody subscribes it again.',
        'The suppression stays even if the subscriber is removed from the list.',
      ],
      run: then('Suppressed', () => app.api.post('/suppressions', { email, reason: 'manual' })),
    }
  }

  /** @param {string} reason @returns {Deed} */
  function lift(reason) {
    return {
      verb: 'Lift the suppression',
      title: `Lift the suppression of ${shown}?`,
      says: [
        lookOfReason(reason).why,
        LIFTED[reason] ?? 'Mail may go there again.',
        'Lifting it does not subscribe anybody.',
      ],
      run: then('Suppression lifted', () =>
        app.api.call('DELETE', `/suppressions/${encodeURIComponent(email)}`),
      ),
    }
  }

  /** @returns {Deed} */
  function erase() {
    return {
      verb: 'Erase',
      title: `Erase everything about ${shown}?`,
      says: [
        'The person, their events and history, and their mails in the outbox are deleted for good, as the GDPR requires. This cannot be undone.',
        'If the address is suppressed, a keyed hash is kept so that it stays suppressed.',
      ],
      dangerous: true,
      async run() {
        await app.api.post(`/subscribe/${encodeURIComponent(email)}/erase`, undefined, { limitMs: ERASE_MS })
        forgetLists()
        onErased(email)
      },
    }
  }
}
