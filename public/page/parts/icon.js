// The signs: one path each, on a grid of 16, drawn with the text's colour.
import { html } from '../vendor/htm.js'

const CIRCLE = 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2z'

/** @type {Readonly<Record<string, string>>} */
const PATHS = {
  // Kinds of events
  sent: 'M14 2 7.2 8.8M14 2 9.6 14 7.2 8.8 2 6.4z',
  delivered: 'M2.5 8.6 6 12l7.5-8',
  opened: 'M2 6.6 8 2.4l6 4.2v7H2zM2 6.6l6 4 6-4',
  clicked: 'M4.5 2.2v10.2L7.1 10l1.6 3.8 1.7-.7-1.6-3.7h3.5z',
  deferred: `${CIRCLE}M8 4.8V8l2.2 1.6`,
  soft_bounced: 'M6 2.8 2.4 6.4 6 10M2.4 6.4h7.4a3.6 3.6 0 0 1 0 7.2H7',
  bounced: 'M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5zM6 6l4 4M10 6l-4 4',
  complained: 'M3.5 14V2.2M3.5 2.8h9L10.3 6l2.2 3.2h-9',
  rejected: `${CIRCLE}M3.8 3.8l8.4 8.4`,
  unsubscribed: `${CIRCLE}M5.3 8h5.4`,
  suppressed: 'M3.5 7.3h9V14h-9zM5.5 7.3V5a2.5 2.5 0 0 1 5 0v2.3',
  unsuppressed: 'M3.5 7.3h9V14h-9zM5.5 7.3V4.8a2.5 2.5 0 0 1 4.8-1',
  inbound: 'M8 2v7.4M5 6.6l3 3 3-3M2.4 10v3.8h11.2V10',
  unknown: 'M5.6 5.8a2.4 2.4 0 1 1 3.5 2.1c-.8.4-1.1.9-1.1 1.7M8 12.4v.2',
  // The page's own
  live: 'M1.5 8.5h2.7l2-5.5 3.4 10 2-4.5h2.9',
  people: 'M8 2.6a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4zM2.8 13.6c.5-2.6 2.6-3.8 5.2-3.8s4.7 1.2 5.2 3.8',
  setup: 'M2.5 4.8h5.2M11 4.8h2.5M9.3 3.2v3.2M2.5 11.2H5M8.3 11.2h5.2M6.6 9.6v3.2',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.4 3.4',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.3V2.5h-8v8h2.8',
  check: `${CIRCLE}M5.4 8.2l1.9 1.9 3.4-3.9`,
  open: CIRCLE,
  close: 'M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4',
  back: 'M6.5 3.5 2 8l4.5 4.5M2.3 8h11.7',
  left: 'M9.8 3.5 5.3 8l4.5 4.5',
  right: 'M6.2 3.5 10.7 8l-4.5 4.5',
  up: 'M8 13.5v-11M3.8 6.7 8 2.5l4.2 4.2',
  pause: 'M5.3 3v10M10.7 3v10',
  play: 'M4.5 2.8v10.4L13 8z',
  waiting: 'M13.5 8A5.5 5.5 0 1 1 11.7 3.9M13.5 2v3.2h-3.2',
  scheduled: 'M2.5 3.5h11v10h-11zM2.5 6.8h11M5.5 2v3M10.5 2v3',
  robot: 'M3 6.2h10v7H3zM8 6V3M8 3v-.4M5.8 9v.6M10.2 9v.6M6 11.6h4',
  note: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 7.2v3.6M8 5v.2',
  problem: 'M8 2.2 14.5 13.5h-13zM8 6.3v3.4M8 11.5v.2',
  gap: 'M1.5 8h3.7M10.8 8h3.7M7.3 4.5 5.9 11.5M10.1 4.5 8.7 11.5',
  docs: 'M3.5 2h6l3 3v9h-9zM9.3 2v3.2h3.2M5.8 8.3h4.4M5.8 10.8h4.4',
  keyboard: 'M1.5 4h13v8.5h-13zM4 6.7h.2M6.6 6.7h.2M9.2 6.7h.2M11.8 6.7h.2M4.8 9.8h6.4',
  leave: 'M6 2.5H2.5v11H6M6.5 8h7.3M10.8 5l3 3-3 3',
}

/** @param {{ name: string, tone?: string }} props */
export function Icon({ name, tone }) {
  return html`<svg class=${tone ? `icon tone-${tone}` : 'icon'} viewBox="0 0 16 16" aria-hidden="true">
    <path d=${PATHS[name] ?? PATHS.unknown} />
  </svg>`
}
