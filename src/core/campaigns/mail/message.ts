// A campaign's mails: its template is compiled once, then rendered for one subscriber after the other.
import { domainOf } from '../../addresses/address.ts'
import type { Campaign, CampaignContent, Delivery, OutgoingMail } from '../ports.ts'
import { HubError } from '../../errors.ts'
import type { ListIdentity } from './identity.ts'
import type { Links } from './links.ts'
import { toAsciiDomain, type Mailbox } from '../../addresses/mailbox.ts'
import { badPlaceholder, badPlaceholderOfHtml, type ReadHtml } from './placeholders.ts'
import { completeHtml, completeText } from './parts.ts'
import * as template from './template.ts'

/** What the mails of all campaigns have in common. */
export type MailSettings = {
  readonly from: Mailbox
  readonly list: ListIdentity
  /** Where answers go unless the campaign says otherwise. */
  readonly replyTo: string | null
  /** The subscriber's own link: see links.ts. */
  readonly unsubscribeUrl: Links['unsubscribeUrl']
  /** Makes the text alternative. Comes from an adapter: core has no HTML parser. */
  readonly htmlToText: (html: string) => string
  readonly readHtml: ReadHtml
}

type Recipient = Pick<Delivery, 'id' | 'subscriberId' | 'email' | 'name'>
type Rendered = Pick<OutgoingMail, 'subject' | 'html' | 'text'>

type MailCampaign = Pick<Campaign, 'id' | keyof CampaignContent>

/** The subscriber of the unsubscribe link in test mails and previews. */
export const NOBODY = '00000000-0000-0000-0000-000000000000'

/** Throws for a placeholder that nobody can fill. */
export function checkTemplate(content: CampaignContent, readHtml: ReadHtml): void {
  const { subject, content: html, text, preheader } = content
  const fields = { subject, content: html, text, preheader }
  for (const [field, written] of Object.entries(fields)) {
    const placeholder =
      field === 'text' ? badPlaceholder(written ?? '') : badPlaceholderOfHtml(written ?? '', readHtml)
    if (!placeholder) continue
    const message = `${field}: ${placeholder} cannot be filled in: use ${template.FIELDS.map((name) => `{{${name}}}`).join(', ')}`
    throw new HubError('campaign.bad_placeholder', { message, details: { field, placeholder } })
  }
}

/** Compiles a campaign's template. */
export function compileMail(campaign: MailCampaign, settings: MailSettings) {
  const read = readContent(campaign, settings)
  const headers = listHeaders(settings)
  const replyTo = campaign.replyTo ?? settings.replyTo
  const domain = toAsciiDomain(domainOf(settings.from.address))
  const urlOf = ({ subscriberId, id }: Recipient) =>
    settings.unsubscribeUrl({ subscriberId, delivery: { campaignId: campaign.id, deliveryId: id } })
  const toMail = (recipient: Recipient, extra: Record<string, string>): OutgoingMail => {
    const unsubscribe = urlOf(recipient)
    return {
      to: { name: template.oneLine(recipient.name), address: recipient.email },
      ...renderFor(read, recipient, unsubscribe),
      replyTo,
      messageId: `${campaign.id}.${recipient.id}@${domain}`,
      headers: { ...headers, ...unsubscribeHeaders(unsubscribe), ...extra },
    }
  }
  return {
    render: (recipient: Recipient): Rendered => renderFor(read, recipient, urlOf(recipient)),
    mail: (recipient: Recipient): OutgoingMail => toMail(recipient, countingHeaders(campaign, recipient.id)),
    /** A test mail to any address: it counts in no statistics. `id` makes its Message-ID unique. */
    test({ name, address }: Mailbox, id: string): OutgoingMail {
      const mail = toMail({ id: `test-${id}`, subscriberId: NOBODY, email: address, name }, {})
      return { ...mail, subject: `[Test] ${mail.subject}` }
    },
  }
}

type Content = Readonly<Record<'subject' | 'html' | 'text', template.Template>>

function readContent(campaign: MailCampaign, { list, htmlToText, readHtml }: MailSettings): Content {
  const { subject, content, preheader } = campaign
  const html = completeHtml(content, preheader ?? '', list, readHtml)
  const text = completeText(campaign.text ?? htmlToText(content), list)
  return {
    subject: template.withFallbacks(template.readTemplate(template.oneLine(subject)), template.oneLine),
    html: template.withFallbacks(template.readTemplate(html), template.escapeHtmlOnce),
    text: template.readTemplate(text),
  }
}

function renderFor(content: Content, { email, name }: Recipient, unsubscribeUrl: string): Rendered {
  const plain = { name: template.oneLine(name).trim(), email, unsubscribe_url: unsubscribeUrl }
  const escaped = {
    name: template.escapeHtml(plain.name),
    email: template.escapeHtml(email),
    unsubscribe_url: template.escapeHtml(unsubscribeUrl),
  }
  return {
    subject: template.fill(content.subject, plain),
    html: template.fill(content.html, escaped),
    text: template.fill(content.text, plain),
  }
}

/**
 * List-Id names the list, as RFC 2919 and the mailbox providers ask. Precedence is no standard, but it keeps absence notices
 * away (RFC 3834 section 2). Auto-Submitted would be wrong: a person has written this mail.
 */
function listHeaders({ from }: MailSettings): Record<string, string> {
  const local = from.address.slice(0, from.address.lastIndexOf('@')).replace(/[^a-z0-9-]+/gi, '-')
  return { 'List-Id': `<${local}.${toAsciiDomain(domainOf(from.address))}>`, Precedence: 'bulk' }
}

/** RFC 8058: a mailbox provider's own button unsubscribes with one POST to this address. */
function unsubscribeHeaders(url: string): Record<string, string> {
  return { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
}

/** Metadata that comes back in every event of this mail: less than half of the 200 bytes that Mandrill allows. */
function countingHeaders({ id, tag }: MailCampaign, deliveryId: string): Record<string, string> {
  const metadata = JSON.stringify({ campaign_id: id, delivery_id: deliveryId })
  return { 'X-MC-Metadata': metadata, ...(tag && { 'X-MC-Tags': tag }) }
}
