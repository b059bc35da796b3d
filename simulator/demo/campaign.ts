// The demo's campaign, by the hub's own API: fills the list, writes and starts it, and asks how it goes.
import type { DemoHub } from './hub.ts'
import { makeUpSubscribers, toCsv } from '../subscribers.ts'

export type DemoCampaign = {
  /** A line of numbers; '' when the hub does not answer. */
  progress(): Promise<string>
}

const SUBJECT = 'The garden opens on Sunday, {{name|friend}}'
const CONTENT = `<table role="presentation" width="100%" style="background:#f3f6f1;font-family:Georgia,serif"><tr><td align="center">
<table role="presentation" width="560" style="background:#fff;margin:24px;border-radius:12px"><tr><td style="padding:32px">
  <p style="color:#5a7d52;letter-spacing:2px;font-size:12px">THE QUIET GARDENS LETTER</p>
  <h1 style="font-weight:normal;color:#24361f">Hello {{name|friend}},</h1>
  <p>The gates open on Sunday at nine. The camellias are early this year, and the tea house has new cups.
    <a href="https://garden.example/2030/opening">See what is in bloom</a>.</p>
  <p>안녕하세요! 일요일에 정원이 문을 엽니다. <a href="https://garden.example/ko/tickets?from=letter&amp;n=42">입장권 예약하기</a></p>
  <p style="text-align:center;margin:32px 0"><a href="https://garden.example/tickets?from=letter&amp;n=42"
    style="background:#5a7d52;color:#fff;padding:14px 28px;border-radius:8px;text-decoration:none">Book a ticket</a></p>
  <p style="font-size:12px;color:#888">You get this at {{email}} because you asked for it.
    <a href="{{unsubscribe_url}}">Unsubscribe</a></p>
</td></tr></table></td></tr></table>`

type Campaign = {
  readonly status: string
  readonly deliveries: { readonly total: number | null; readonly sent: number; readonly failed: number }
  readonly people: Readonly<Record<string, number>>
}

export async function startCampaign(hub: DemoHub, subscribers: number): Promise<DemoCampaign> {
  const token = await hub.token
  const call = async (path: string, type?: string, body?: string): Promise<unknown> => {
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(type && { 'content-type': type }),
    }
    const answer = await fetch(`${hub.address}${path}`, { method: body ? 'POST' : 'GET', headers, body })
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`)
    return answer.json()
  }
  await call('/subscribe/import', 'text/csv', toCsv(makeUpSubscribers(subscribers)))
  const campaign = { subject: SUBJECT, content: CONTENT, tag: 'garden', start: true }
  const { id } = (await call('/campaigns', 'application/json', JSON.stringify(campaign))) as { id: string }
  return {
    progress: () =>
      call(`/campaigns/${id}`).then(
        (campaign) => toLine(campaign as Campaign),
        () => '',
      ),
  }
}

function toLine({ status, deliveries, people }: Campaign): string {
  const { total, sent, failed } = deliveries
  const state = status === 'running' || status === 'finished' ? '' : ` (${status})`
  const told = Object.entries(people).map(([name, count]) => `${count} ${name}`)
  return [
    `campaign${state}: ${sent} of ${total ?? '?'} sent`,
    ...told,
    ...(failed ? [`${failed} failed`] : []),
  ].join(', ')
}
