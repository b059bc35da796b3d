// The addresses of the page, and the view that each leads to. src/http/page/page.ts serves the page at the same ones.
/** @import { Route } from './ground/router.js' */
import * as live from './events/live.js'

/** Views beyond the first are loaded when one goes there. @type {readonly Route[]} */
export const ROUTES = [
  { path: '/', name: 'live', load: async () => live },
  { path: '/dashboard/messages/:id', name: 'live', load: async () => live },
  { path: '/dashboard/campaigns', name: 'campaigns', load: () => import('./campaigns/campaigns.js') },
  { path: '/dashboard/campaigns/:id', name: 'campaign', load: () => import('./campaigns/campaign.js') },
  {
    path: '/dashboard/campaigns/:id/deliveries',
    name: 'campaign',
    load: () => import('./campaigns/campaign.js'),
  },
  { path: '/dashboard/subscribers', name: 'subscribers', load: () => import('./subscribers/subscribers.js') },
  {
    path: '/dashboard/subscribers/suppressions',
    name: 'suppressions',
    load: () => import('./subscribers/suppressions.js'),
  },
  {
    path: '/dashboard/subscribers/import',
    name: 'import',
    load: () => import('./subscribers/import/import.js'),
  },
  {
    path: '/dashboard/subscribers/:id',
    name: 'subscriber',
    load: () => import('./subscribers/subscriber.js'),
  },
  { path: '/dashboard/setup', name: 'setup', load: () => import('./setup/setup.js') },
]
