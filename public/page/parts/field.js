// A field to fill in, and the one that an address goes into: its name above it, what is wrong with it below, said aloud when it comes up.
import { html } from '../vendor/htm.js'

/**
 * @param {object} props
 * @param {string} props.id
 * @param {string} props.label
 * @param {string} props.value
 * @param {(value: string) => void} props.onChange
 * @param {string} [props.problem]
 * @param {string} [props.hint]
 * @param {string} [props.type] `textarea` has several lines
 * @param {object} [props.more] other attributes of the control
 */
export function Field({ id, label, value, onChange, problem = '', hint = '', type = 'text', more = {} }) {
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ')
  const control = {
    id,
    name: id,
    value,
    'aria-describedby': described || undefined,
    'aria-invalid': problem ? 'true' : undefined,
    onInput: (/** @type {Event} */ { currentTarget }) =>
      onChange(/** @type {HTMLInputElement | HTMLTextAreaElement} */ (currentTarget).value),
    ...more,
  }
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      ${type === 'textarea' ? html`<textarea ...${control}></textarea>` : html`<input type=${type} ...${control} />`}
      ${hint && html`<p id=${`${id}-hint`} class="hint">${hint}</p>`}
      ${problem && html`<p id=${`${id}-problem`} class="wrong" role="alert">${problem}</p>`}
    </div>
  `
}

/** @param {{ id: string, value: string, onChange: (value: string) => void, label?: string, problem?: string, more?: object }} props */
export function AddressField({ label = 'Address', more, ...field }) {
  const control = { required: true, autocomplete: 'off', ...more }
  return html`<${Field} label=${label} type="email" more=${control} ...${field} />`
}
