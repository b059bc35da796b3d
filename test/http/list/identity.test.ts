// LIST_NAME and LIST_ADDRESS: subscribers are told whose mails and pages these are.
import { afterEach, expect, test } from 'vitest'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'

let hub: TestHub | undefined
afterEach(async () => hub?.close())

test.each([
  [{}, ['News']],
  [{ MAIL_FROM: '"Kim, Lee" <news@example.com>' }, ['Kim, Lee']],
  [{ MAIL_FROM: 'news@example.com' }, ['news@example.com']],
  [{ LIST_NAME: 'Garden <Letter>' }, ['Garden <Letter>']],
  [{ LIST_NAME: '정원', LIST_ADDRESS: '1 Rose & Thorn Lane' }, ['정원', '1 Rose & Thorn Lane']],
])('%o', async (env, lines) => {
  hub = await startHub(env)
  const html = lines.map((line) => line.replace(/[&<>]/g, (mark) => `&#${mark.charCodeAt(0)};`)).join('<br>')
  for (const path of ['/unsubscribe/forged', '/confirm/forged'])
    expect((await hub.call({ method: 'GET', url: path })).text).toContain(`<footer>${html}</footer>`)

  const preview = async (content: string) => {
    const headers = { authorization: TOKEN }
    const payload = { subject: 'Hello', content }
    const { body } = await hub!.call({ method: 'POST', url: '/campaigns', headers, payload })
    return (await hub!.get(`/campaigns/${body.id}/preview`)).body
  }
  const footed = await preview('<p>Hello</p>')
  expect(footed.html).toMatch(/<p style="[^"]+">[^]+Unsubscribe<\/a><\/p><\/body>/)
  expect(footed.html).toContain(`>${html}<br><a href="http`)
  expect(footed.text).toContain(`\n-- \n${lines.join('\n')}\nUnsubscribe: http`)
  const own = await preview('<p>Hello <a href="{{unsubscribe_url}}">leave</a></p>')
  expect(own.html).not.toContain(html)
  expect(own.text).not.toContain('-- \n')
})
