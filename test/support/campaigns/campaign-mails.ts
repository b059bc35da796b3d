// A campaign and a subscriber, for tests of what becomes of the two.
import { readHtml } from '../../../src/adapters/mail/html-reading.ts'
import { createHtmlToText } from '../../../src/adapters/mail/html-to-text.ts'
import { createLinks } from '../../../src/core/campaigns/mail/links.ts'
import { compileMail, type MailSettings } from '../../../src/core/campaigns/mail/message.ts'
import type { CampaignContent } from '../../../src/core/campaigns/ports.ts'
import { CAMPAIGN_ID, FROM, SUBSCRIBER_ID } from '../sending/mails.ts'

const links = createLinks('a secret', 'https://hub.example.com')
const settings: MailSettings = {
  from: FROM,
  list: { name: 'News', address: '' },
  replyTo: null,
  unsubscribeUrl: links.unsubscribeUrl,
  htmlToText: createHtmlToText(),
  readHtml,
}
export const content = (changes: Partial<CampaignContent> = {}): CampaignContent => ({
  subject: 'News for {{name|you}}',
  content: '<p>Hello {{name|friend}}, bye <a href="{{unsubscribe_url}}">leave</a></p>',
  text: null,
  preheader: null,
  replyTo: null,
  tag: null,
  ...changes,
})
export const subscriber = { id: '3-17', subscriberId: SUBSCRIBER_ID, email: 'yuna@example.org', name: 'Yuna' }
export const compile = (changes: Partial<CampaignContent> = {}, more: Partial<MailSettings> = {}) =>
  compileMail({ id: CAMPAIGN_ID, ...content(changes) }, { ...settings, ...more })
/** The subscriber's own link. */
export const url = links.unsubscribeUrl({
  subscriberId: SUBSCRIBER_ID,
  delivery: { campaignId: CAMPAIGN_ID, deliveryId: subscriber.id },
})
