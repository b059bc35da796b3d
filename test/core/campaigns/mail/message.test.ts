// A campaign's mails: what its author wrote, filled in for one subscriber, with all that a campaign's mail must carry.
import { describe, expect, test } from 'vitest'
import type { HubError } from '../../../../src/core/errors.ts'
import { readHtml } from '../../../../src/adapters/mail/html-reading.ts'
import { checkTemplate } from '../../../../src/core/campaigns/mail/message.ts'
import type { CampaignContent } from '../../../../src/core/campaigns/ports.ts'
import { compile, content, subscriber, url } from '../../../support/campaigns/campaign-mails.ts'
import { CAMPAIGN_ID } from '../../../support/sending/mails.ts'

describe('checking a template', () => {
  const problemOf = (changes: Partial<CampaignContent>) => {
    try {
      checkTemplate(content(changes), readHtml)
      return undefined
    } catch (error) {
      return error as HubError
    }
  }

  test.each(['subject', 'content', 'text', 'preheader'])(
    'names the placeholder in the %s that nobody can fill',
    (field) => {
      const problem = problemOf({ [field]: 'Hi {{frist_name}}' })
      expect(problem).toMatchObject({
        code: 'campaign.bad_placeholder',
        status: 400,
        details: { field, placeholder: '{{frist_name}}' },
      })
      expect(problem?.message).toContain('{{frist_name}}')
    },
  )

  test('sees one that markup breaks, in a subject as well', () => {
    const problem = problemOf({ subject: 'Hi {<b>{name}}' })
    expect(problem).toMatchObject({ details: { field: 'subject', placeholder: '{{name}}' } })
    expect(problemOf({ subject: 'a < b, 50% & <3 {x}, {{name}}' })).toBeUndefined()
  })

  test('has nothing against style sheets and other braces', () => {
    const style = '<style>@media (max-width:1px){p{color:red}}</style>{{ }}'
    expect(problemOf({ content: style })).toBeUndefined()
  })
})

describe('filling in', () => {
  test('puts the subscriber into subject, HTML and text', () => {
    const { subject, html, text } = compile().render(subscriber)
    expect(subject).toBe('News for Yuna')
    expect(html).toContain(`<p>Hello Yuna, bye <a href="${url}">leave</a></p>`)
    expect(text).toBe(`Hello Yuna, bye leave <${url}>\n`)
  })

  test('uses the fallback where there is no name', () => {
    const { subject, html, text } = compile().render({ ...subscriber, name: ' ' })
    expect(subject).toBe('News for you')
    expect(html).toContain('Hello friend,')
    expect(text).toContain('Hello friend,')
  })

  test('escapes in HTML, and only there', () => {
    const name = `<img src=x onerror="alert('1')"> & co`
    const { subject, html, text } = compile({
      content: '<p title="{{name}}">{{name}}</p><a href=\'{{unsubscribe_url}}\'>x</a>',
    }).render({ ...subscriber, name })
    expect(html).not.toContain('<img')
    expect(html.match(/<p title="([^"]*)">/)?.[1]).not.toMatch(/[<>"']/)
    expect(subject).toBe(`News for ${name}`)
    expect(text).toContain(name)
  })

  test('never reads a value as a template', () => {
    const { html, text } = compile().render({ ...subscriber, name: '{{email}}' })
    expect(html).toContain('Hello {{email}},')
    expect(text).toContain('Hello {{email}},')
  })

  test('keeps entities in a fallback as their author wrote them', () => {
    const changes = { content: '<p>{{name|Tom &amp; Ann}} {{unsubscribe_url}}</p>' }
    const { html, text } = compile(changes).render({ ...subscriber, name: '' })
    expect(html).toContain('<p>Tom &amp; Ann ')
    expect(text).toContain('Tom & Ann ')
  })

  test('makes one line of a name', () => {
    const mail = compile().mail({ ...subscriber, name: 'Yuna\r\nBcc: all@example.com' })
    expect(mail.to.name).toBe('Yuna Bcc: all@example.com')
    expect(mail.subject).toBe('News for Yuna Bcc: all@example.com')
  })
})

describe('a mail', () => {
  test('carries what CONTRACT asks for', () => {
    const mail = compile({ tag: 'weekly' }, { replyTo: 'answers@example.com' }).mail(subscriber)
    expect(mail).toMatchObject({
      to: { name: 'Yuna', address: 'yuna@example.org' },
      replyTo: 'answers@example.com',
      messageId: `${CAMPAIGN_ID}.3-17@example.com`,
      headers: {
        'List-Unsubscribe': `<${url}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        'X-MC-Metadata': `{"campaign_id":"${CAMPAIGN_ID}","delivery_id":"3-17"}`,
        'X-MC-Tags': 'weekly',
        'List-Id': '<news.example.com>',
      },
    })
  })

  test('is the same for every try', () => {
    expect(compile().mail(subscriber)).toEqual(compile().mail(subscriber))
  })

  test('keeps Mandrill’s bound on metadata, whichever delivery it is', () => {
    const { headers } = compile().mail({ ...subscriber, id: '999999999-499' })
    expect(headers['X-MC-Metadata']?.length).toBeLessThanOrEqual(200)
  })

  test('answers to the campaign’s own Reply-To first', () => {
    const mail = compile({ replyTo: 'own@example.com' }, { replyTo: 'all@example.com' }).mail(subscriber)
    expect(mail.replyTo).toBe('own@example.com')
  })

  test('has a Message-ID in ASCII', () => {
    const mail = compile({}, { from: { name: '', address: 'news@bücher.example' } }).mail(subscriber)
    expect(mail.messageId).toBe(`${CAMPAIGN_ID}.3-17@xn--bcher-kva.example`)
  })

  test('for a trial says so, goes to anybody and counts for nothing', () => {
    const to = { name: 'Min', address: 'min@example.net' }
    const mail = compile({ tag: 'weekly' }).test(to, 'a1')
    expect(mail).toMatchObject({ to, subject: '[Test] News for Min' })
    expect(mail.headers).not.toHaveProperty('X-MC-Metadata')
    expect(mail.headers).not.toHaveProperty('X-MC-Tags')
    expect(mail.headers).toHaveProperty('List-Unsubscribe-Post')
    expect(mail.messageId).not.toBe(compile().test(to, 'a2').messageId)
  })
})
