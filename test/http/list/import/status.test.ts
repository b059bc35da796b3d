// POST /subscribe/import: who left, bounced or complained by the file's own word gets no mail, whoever has written the file.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startListApp, TOKEN, type ListApp } from '../../../support/list/list-app.ts'
import { makeReaders } from '../../../support/list/list-lab.ts'
import { NOON } from '../../../support/times.ts'

let app: ListApp
beforeAll(async () => void (app = await startListApp()))
beforeEach(() => app.wipe())
afterAll(() => app?.close())

const upload = (payload: string) =>
  app.call({
    method: 'POST',
    url: '/subscribe/import',
    headers: { authorization: TOKEN, 'content-type': 'text/csv' },
    payload,
  })
/** Of each address on the list, in short: what stops mail to it, or nothing. */
async function standing(): Promise<Record<string, string>> {
  const found = await app.list.find({ limit: 1000 })
  const told = found.map(({ email, subscribed, suppressed }) => {
    const stops = [...(subscribed ? [] : ['left']), ...(suppressed ? [suppressed.reason] : [])]
    return [email.split('@')[0] ?? '', stops.join(' ')] as const
  })
  return Object.fromEntries(told)
}
/** The last column is the one in question. */
const file = (title: string, ...cells: string[]) =>
  [`Email,Name,${title}`, ...cells.map((cell, n) => `r${n}@example.com,R,"${cell}"`)].join('\n')

describe('the file of', () => {
  test.each([
    [
      'listmonk',
      'uuid,email,name,attributes,status,created_at,updated_at\n1,a@x.io,A,{},enabled,,\n2,b@x.io,B,{},blocklisted,,\n3,c@x.io,C,{},disabled,,',
      { a: '', b: 'manual', c: 'left' },
    ],
    [
      "listmonk's subscriptions",
      'email,subscription_status\na@x.io,confirmed\nb@x.io,unsubscribed\nc@x.io,unconfirmed',
      { a: '', b: 'left', c: 'left' },
    ],
    [
      'Mailchimp, unsubscribed',
      'Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON\na@x.io,Ann,Lee,2,2020-01-02 10:00:00,2021-03-04 11:00:00,May,NO_LONGER_INTERESTED\nb@x.io,Bo,Li,2,2020-01-02 10:00:00,,,SPAM\nc@x.io,Cy,Lo,2,2020-01-02 10:00:00,,,',
      { a: 'left', b: 'left', c: '' },
    ],
    [
      'Mailchimp, cleaned',
      'Email Address,First Name,MEMBER_RATING,OPTIN_TIME,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE\na@x.io,Ann,1,2020-01-02 10:00:00,2021-03-04 11:00:00,May',
      { a: 'bounce' },
    ],
    [
      'Sendy',
      '"Name","Email","Joined","Last activity","Status","List"\nA,a@x.io,,,Subscribed,L\nB,b@x.io,,,Unsubscribed,L\nC,c@x.io,,,Bounced,L\nD,d@x.io,,,"Soft bounced",L\nE,e@x.io,,,"Marked as spam",L\nF,f@x.io,,,Unconfirmed,L\nG,g@x.io,,,Complained,L',
      { a: '', b: 'left', c: 'bounce', d: 'bounce', e: 'complaint', f: 'left', g: 'complaint' },
    ],
    [
      'phpList',
      'email\tconfirmed\tblacklisted\toptedin\tbouncecount\tdisabled\na@x.io\t1\t0\t0\t3\t0\nb@x.io\t1\t1\t0\t0\t0\nc@x.io\t0\t0\t0\t0\t0\nd@x.io\t1\t0\t0\t0\t1',
      { a: '', b: 'manual', c: 'left', d: 'manual' },
    ],
    [
      'Brevo',
      'CONTACT ID;EMAIL;FIRSTNAME;LASTNAME;SMS;SMS_BLACKLISTED;EMAIL_BLACKLISTED;ADDED_TIME\n1;a@x.io;A;A;;Yes;No;\n2;b@x.io;B;B;;No;Yes;\n',
      { a: '', b: 'manual' },
    ],
    [
      "Brevo's contacts",
      'Email,Blocklisted,Double_Opt-In\na@x.io,,1\nb@x.io,Unsubscribed,1\nc@x.io,TRUE,1',
      { a: '', b: 'manual', c: 'manual' },
    ],
    [
      'MailerLite',
      'Subscriber,Status,Sent\na@x.io,active,1\nb@x.io,unsubscribed,1\nc@x.io,bounced,1\nd@x.io,junk,1\ne@x.io,unconfirmed,1',
      { a: '', b: 'left', c: 'bounce', d: 'complaint', e: 'left' },
    ],
    [
      'Mautic',
      'Email,First Name,DNC\na@x.io,A,0\nb@x.io,B,1\nc@x.io,C,3\nd@x.io,D,bounced\ne@x.io,E,',
      { a: '', b: 'manual', c: 'manual', d: 'bounce', e: '' },
    ],
    [
      'AWeber',
      'Email,Name,Date Added,Stop Time,Stop Status\na@x.io,A,01/02/20,,\nb@x.io,B,01/02/20,03/04/21 10:00,unsubscribed',
      { a: '', b: 'left' },
    ],
    [
      'Constant Contact',
      'Email address,First name,Email status,Email permission status,Opt-out date\na@x.io,A,Active,Implied,\nb@x.io,B,Unsubscribed,Unsubscribed,2021-03-04\nc@x.io,C,Active,Awaiting confirmation,',
      { a: '', b: 'left', c: 'left' },
    ],
    [
      'Kit',
      'first_name,email,created_at,status\nA,a@x.io,2020-01-02,active\nB,b@x.io,2020-01-02,cancelled\nC,c@x.io,2020-01-02,complained\nD,d@x.io,2020-01-02,inactive',
      { a: '', b: 'left', c: 'complaint', d: 'left' },
    ],
    [
      'Ghost',
      'id,email,name,note,subscribed_to_emails,complimentary_plan,created_at,deleted_at\n1,a@x.io,A,,true,false,2020-01-02,\n2,b@x.io,B,,false,false,2020-01-02,\n3,c@x.io,C,,true,false,2020-01-02,2021-03-04',
      { a: '', b: 'left', c: 'left' },
    ],
    [
      'Substack',
      'email,active_subscription,plan,email_disabled,created_at\na@x.io,false,other,false,2020-01-02\nb@x.io,true,yearly,true,2020-01-02',
      { a: '', b: 'manual' },
    ],
    [
      'Buttondown',
      'email,subscriber_type,notes\na@x.io,regular,\nb@x.io,unsubscribed,\nc@x.io,undeliverable,',
      { a: '', b: 'left', c: 'bounce' },
    ],
    [
      'HubSpot',
      'Email,First Name,Unsubscribed from all email,Email hard bounce reason,Marketing emails bounced,Lead Status\na@x.io,A,,,2,New\nb@x.io,B,true,,0,New\nc@x.io,C,,UNKNOWN_USER,1,New',
      { a: '', b: 'left', c: 'bounce' },
    ],
    [
      'Klaviyo',
      'Email,Email Marketing Consent,Email Suppressions\na@x.io,SUBSCRIBED,[]\nb@x.io,UNSUBSCRIBED,[]\nc@x.io,NEVER_SUBSCRIBED,[]\nd@x.io,SUBSCRIBED,"[""HARD_BOUNCE""]"',
      { a: '', b: 'left', c: 'left', d: 'bounce' },
    ],
    [
      'Mailjet',
      'email,IsUnsubscribed,UnsubscribedAt,IsSpamComplaining\na@x.io,False,,False\nb@x.io,True,2021-03-04T10:00:00Z,False\nc@x.io,False,,True',
      { a: '', b: 'left', c: 'complaint' },
    ],
    [
      'a shop',
      'Email,Accepts Email Marketing,Newsletter\na@x.io,yes,1\nb@x.io,no,1\nc@x.io,yes,0\nd@x.io,yes,Weekly',
      { a: '', b: 'left', c: 'left', d: '' },
    ],
    [
      'a Korean service',
      '이메일 주소,이름,구독 상태,수신거부일\na@x.io,가,구독중,\nb@x.io,나,수신거부,2021-03-04\nc@x.io,다,구독중,2021. 3. 4.\nd@x.io,라,자동 삭제,',
      { a: '', b: 'left', c: 'left', d: 'left' },
    ],
    [
      'a Korean shop',
      '이메일,이름,마케팅 수신동의,SMS 수신동의\na@x.io,가,동의함,N\nb@x.io,나,동의안함,Y\nc@x.io,다,N,Y\nd@x.io,라,동의하지 않음,Y',
      { a: '', b: 'left', c: 'left', d: 'left' },
    ],
    [
      'a Spanish service',
      'Correo;Nombre;Estado\na@x.io;A;Activo\nb@x.io;B;Cancelado\nc@x.io;C;Baja\nd@x.io;D;Rebotado\ne@x.io;E;Queja\nf@x.io;F;No suscrito',
      { a: '', b: 'left', c: 'left', d: 'bounce', e: 'complaint', f: 'left' },
    ],
    ['a Mexican service', 'Correo,Estatus\na@x.io,Suscrito\nb@x.io,Desactivado', { a: '', b: 'left' }],
    ['a Mexican shop', 'Correo,Estado\na@x.io,Jalisco\nb@x.io,Baja California', { a: '', b: '' }],
    ['a Japanese form', 'メール,メルマガ\na@x.io,○\nb@x.io,×', { a: '', b: 'left' }],
    ['an American shop', 'Email,State\na@x.io,OK\nb@x.io,NE\nc@x.io,Ohio', { a: '', b: '', c: '' }],
    [
      'a French service',
      'Adresse e-mail;Prénom;Nom;État\na@x.io;A;B;Abonné\nb@x.io;A;B;Rebond\nc@x.io;A;B;Désactivé\nd@x.io;A;B;Non abonné',
      { a: '', b: 'bounce', c: 'left', d: 'left' },
    ],
    [
      'a German service',
      'E-Mail;Newsletterstatus\na@x.io;aktiv\nb@x.io;abgemeldet\nc@x.io;nicht abonniert',
      { a: '', b: 'left', c: 'left' },
    ],
    [
      'a Japanese service',
      'メールアドレス,お名前,メルマガ配信,退会\na@x.io,ア,希望する,\nb@x.io,イ,希望しない,\nc@x.io,ウ,希望する,○\nd@x.io,エ,ブロック,',
      { a: '', b: 'left', c: 'left', d: 'manual' },
    ],
    [
      'a Spanish shop',
      'Correo;Nombre;Estado;Fecha de baja\na@x.io;A;Alta;\nb@x.io;B;Baja;01/02/2024',
      { a: '', b: 'left' },
    ],
    [
      "HubSpot's marketing contacts",
      'Email,Marketing contact status\na@x.io,Marketing contact\nb@x.io,Non-marketing contact',
      { a: '', b: 'left' },
    ],
    [
      "Mailjet's contacts",
      'email,Is excluded from campaigns,is_opt_in_pending\na@x.io,false,false\nb@x.io,true,false\nc@x.io,false,true',
      { a: '', b: 'left', c: 'left' },
    ],
    [
      'an Italian shop',
      'Nome;Indirizzo email;Consenso marketing;Cancellato\nA;a@x.io;SI;NO\nB;b@x.io;NO;NO\nC;c@x.io;SI;SI',
      { a: '', b: 'left', c: 'left' },
    ],
    [
      'a form',
      'Email,Consentement\na@x.io,oui\nb@x.io,retiré\nc@x.io,désinscrit',
      { a: '', b: 'left', c: 'left' },
    ],
  ])('%s', async (_, text, expected) => {
    const { body } = await upload(text)
    expect(body.errors).toEqual([])
    expect(await standing()).toEqual(expected)
    const stopped = Object.values(expected).filter((stops) => stops !== '')
    expect(body.left).toBe(stopped.length)
  })
})

test.each([
  ['TRUE', 'FALSE'], ['WAHR', 'FALSCH'], ['VRAI', 'FAUX'], ['VERDADERO', 'FALSO'], ['VERO', 'FALSO'], ['VERDADEIRO', 'FALSO'],
  ['ИСТИНА', 'ЛОЖЬ'], ['ІСТИНА', 'ХИБНІСТЬ'], ['PRAVDA', 'NEPRAVDA'], ['TOSI', 'EPÄTOSI'], ['SANT', 'FALSKT'], ['SAND', 'FALSK'],
  ['SANN', 'USANN'], ['WAAR', 'ONWAAR'], ['PRAWDA', 'FAŁSZ'], ['DOĞRU', 'YANLIŞ'], ['참', '거짓'], ['真', '假'], ['IGAZ', 'HAMIS'],
  ['ADEVĂRAT', 'FALS'], ['ΑΛΗΘΕΣ', 'ΨΕΥΔΕΣ'], ['예', '아니요'], ['1', '0'], ['1,0', '0,0'], ['=TRUE()', '=FALSE()'], ['ja', 'nein'],
  ['-1', '0'], ['2020-01-02', 'no'],
])('booleans of a spreadsheet: %s and %s', async (yes, no) => {
  const { body } = await upload(file('subscribed', yes, no))
  expect(body).toMatchObject({ added: 1, left: 1, errors: [] })
  expect(await standing()).toEqual({ r0: '', r1: 'left' })
}) // prettier-ignore

test.each([
  ['Abonelik Durumu', 'Abone', 'Abonelikten çıktı'], ['Trạng thái', 'Đã đăng ký', 'Đã hủy đăng ký'], ['Tình trạng', 'Hoạt động', 'Ngưng'],
  ['Κατάσταση', 'Εγγεγραμμένος', 'Διαγραμμένος'], ['סטטוס', 'פעיל', 'הוסר'], ['الحالة', 'مشترك', 'غير مشترك'], ['وضعیت', 'فعال', 'لغو اشتراک'],
  ['สถานะ', 'สมัครแล้ว', 'ยกเลิกการสมัคร'], ['स्थिति', 'सक्रिय', 'निष्क्रिय'], ['Tila', 'Tilaaja', 'Poistunut'], ['Status', 'Berlangganan', 'Berhenti'],
  ['Status', 'Pretplaćen', 'Odjavljen'], ['Stav', 'Odoberá', 'Odhlásený'], ['Būsena', 'Prenumeruoja', 'Atsisakė'], ['Statuss', 'Abonē', 'Atrakstījies'],
  ['Staatus', 'Tellija', 'Loobunud'], ['Estat', 'Subscrit', 'Baixa'], ['Статус подписки', 'Подписан', 'Не подписан'],
  ['Prenumererar', 'Ja', 'Nej'], ['Abonnerer', 'Ja', 'Nei'], ['Einwilligung Newsletter', 'Ja, am 1.2.2020', 'keine'],
  ['Odjavljen', 'ne', 'da'], ['ยกเลิกการสมัคร', '', '2024-01-02'], ['הסרה', 'לא', 'כן'], ['退訂', '否', '是'], ['Відписався', '', '01.02.2024'],
])('other languages: %s, %s and %s', async (title, stays, left) => {
  const { body } = await upload(file(title, stays, left))
  expect(body).toMatchObject({ added: 1, left: 1, errors: [] })
  expect(await standing()).toEqual({ r0: '', r1: 'left' })
}) // prettier-ignore

test.each([
  ['OK to email?', 'No'], ['May we email you?', 'no'], ['Wants newsletter', 'FALSE'], ['Receives email', '0'], ['Mailing list', 'No'],
  ['Newsletter opt-in', 'false'], ['Newsletter subscription', 'no'], ['Permission to email', 'N'], ['Send mail', 'no'], ['GDPR', 'no'],
  ['Email Permission', 'Denied'], ['Email preference', 'No email'], ['Email Frequency', 'Never'], ['Marketing permissions', 'none'],
  ['Marketing consent', 'no'], ['GDPR consent', 'Declined'], ['Consent', 'Withdrawn'], ['agree_to_receive', 'no'], ['emailable', 'false'],
  ['Contactable by email', 'No'], ['Email & SMS consent', 'no'], ['Stop email', 'yes'], ['No mail', '1'], ['NoMail', 'true'],
  ['Excluded', 'true'], ['Remove', 'yes'], ['Inscrit à la newsletter', 'non'], ['Newsletter erwünscht', 'nein'], ['Gekündigt', 'ja'],
  ['Widerruf', '01.02.2024'], ['Keine Werbung', 'ja'], ['Acepta publicidad', 'No'], ['No molestar', 'sí'], ['SMS/이메일 수신동의', 'N'],
  ['회원구분', '탈퇴회원'], ['이메일 수신여부', '미수신'], ['配信', '停止'], ['受信拒否', '1'], ['是否订阅', '否'],
])('a question in free words, answered with no: %s %s', async (title, cell) => {
  const { body } = await upload(file(title, cell))
  expect(body).toMatchObject({ added: 0, left: 1, errors: [] })
}) // prettier-ignore

test('a status of one letter is no yes: S is not confirmed in a file of The Newsletter Plugin', async () => {
  const { body } = await upload('email,name,surname,sex,status\na@x.io,A,,n,S\nb@x.io,B,,n,C')
  expect(body.errors.map(({ line }: { line: number }) => line)).toEqual([2, 3])
  expect(await standing()).toEqual({})
})

describe('a list of those who get no mail, at the wrong address', () => {
  test.each([
    ["the hub's own", 'email,reason,source\na@x.io,bounce,api\nb@x.io,complaint,api\nc@x.io,unsubscribe,link\nd@x.io,manual,api\ne@x.io,reject,api',
      { a: 'bounce', b: 'complaint', c: 'left unsubscribe', d: 'manual', e: 'reject' }],
    ["Mandrill's", 'email,reason,detail\na@x.io,hard-bounce,550\nb@x.io,spam,\nc@x.io,unsub,\nd@x.io,custom,\ne@x.io,soft-bounce,',
      { a: 'bounce', b: 'complaint', c: 'left unsubscribe', d: 'manual', e: 'bounce' }],
    ["Brevo's", 'Email;Reason\na@x.io;contactUnsubscribed\nb@x.io;hardBounce\nc@x.io;adminBlocked\nd@x.io;contactFlaggedAsSpam',
      { a: 'left unsubscribe', b: 'bounce', c: 'manual', d: 'complaint' }],
    ['a Korean one', '이메일,사유\na@x.io,수신거부\nb@x.io,반송', { a: 'left unsubscribe', b: 'bounce' }],
  ])('%s', async (_, text, expected) => {
    expect((await upload(text)).body).toMatchObject({ added: 0, errors: [] })
    expect(await standing()).toEqual(expected)
  }) // prettier-ignore

  test('what is not understood there, or empty, is an error line', async () => {
    const { body } = await upload(
      'email,reason\na@x.io,bounce\nb@x.io,spam\nc@x.io,custom\nd@x.io,because\ne@x.io,',
    )
    expect(body).toMatchObject({ added: 0, left: 3, error_count: 2 })
  })

  test('a reason for something else is none', async () => {
    const { body } = await upload('email,reason\na@x.io,met at a fair\nb@x.io,\nc@x.io,asked for a price')
    expect(body).toMatchObject({ added: 3, errors: [] })
  })
})

test.each([
  ['Do not bulk email', 'Yes'], ['Do not allow Bulk Emails', 'Do Not Allow'],
])('a prohibition: %s %s', async (title, cell) => {
  await upload(file(title, cell))
  expect(await standing()).toEqual({ r0: 'manual' })
}) // prettier-ignore

test.each([
  ['Do not allow Bulk Emails', 'Allow'], ['Newsletter abonniert', 'ja'], ['Email Preferences', 'Weekly digest'], ['Excluded', 'No'],
  ['No email', ''], ['No. of emails', '1'], ['Mailing State/Province', 'NE'], ['Mailing Country', 'NO'], ['Last email received', 'never'],
  ['Email language preference', 'no'], ['Preferred email client', 'None'], ['Email opt in source', 'Blocked page'], ['Offers accepted', '0'],
  ['Marketing SMS consent', 'No'], ['May contact by phone', 'no'], ['Consent text', 'You can unsubscribe at any time'], ['Notes', 'no'],
  ['Marketing emails opened', '0'], ['Company', 'No Mail Ltd'], ['Kündigungsfrist', '1'], ['Medeni durumu', 'Evli'],
  ['Tình trạng hôn nhân', 'Độc thân'], ['الحالة الاجتماعية', 'متزوج'], ['מצב משפחתי', 'נשוי'], ['สถานะสมรส', 'โสด'], ['Order cancelled', 'yes'],
])('what says nothing against mail: %s %s', async (title, cell) => {
  expect((await upload(file(title, cell))).body).toMatchObject({ added: 1, left: 0, errors: [] })
}) // prettier-ignore

test.each([
  ['subscribed', ['perhaps', '', '2', 'no idea']],
  ['Status', ['VIP', '', '1', '5.1.1']],
  ['unsubscribed', ['perhaps', '17', '✗', '●']],
  ['suppressed', ['who knows']],
  ['confirmed', ['later', '']],
])('a word in %s that is not understood is an error line, never a yes', async (title, cells) => {
  const { body } = await upload(file(title, ...cells))
  expect(body).toMatchObject({ added: 0, left: 0, error_count: cells.length })
  expect(body.errors[0]?.message).toContain(`"${title}"`)
  expect(await standing()).toEqual({})
})

test('a title that may mean a province is about the status as soon as one of its words is', async () => {
  const { body } = await upload(file('Estado', 'en revisión', 'Activo'))
  expect(body).toMatchObject({ added: 1, error_count: 1 })
  expect(await standing()).toEqual({ r1: '' })
})

test('an empty status is called empty', async () => {
  const { body } = await upload(file('Status', ''))
  expect(body.errors).toEqual([{ line: 2, message: 'The "Status" is empty' }])
})

test('an empty address is called empty', async () => {
  const { body } = await upload('Email,Name\n,Ann')
  expect(body.errors).toEqual([{ line: 2, message: 'email must not be empty' }])
})

test('of several columns the most careful word counts, also beside one that is not understood', async () => {
  const { body } = await upload(
    'email,subscribed,status,bounced at\na@x.io,true,unsubscribed,\nb@x.io,true,active,2021-03-04\nc@x.io,false,spam complaint,2021-03-04\nd@x.io,no,what,\ne@x.io,true,active,',
  )
  expect(body).toMatchObject({ added: 1, left: 4, errors: [] })
  expect(await standing()).toEqual({ a: 'left', b: 'bounce', c: 'left complaint', d: 'left', e: '' })
})

test('an address that comes twice has left when one of its lines says so', async () => {
  await upload('email,status\na@x.io,active\nA@X.io,unsubscribed\nb@x.io,unsubscribed\nB@x.io,active')
  expect(await standing()).toEqual({ a: 'left', b: 'left' })
})

test('who has left there is off the list here, too', async () => {
  await app.list.import(makeReaders(1, 2), NOON, false)
  expect((await upload('email,status\nreader-1@example.com,Unsubscribed')).body).toMatchObject({ left: 1 })
  expect(await standing()).toEqual({ 'Reader-1': 'left', 'Reader-2': '' })
})

describe('without titles', () => {
  test.each([
    ['a clear word in any column', 'a@x.io,Ann,unsubscribed\nb@x.io,abgemeldet\nc@x.io,Cy,', { a: 'left', b: 'left', c: '' }, 0],
    ['a yes or a no, which may mean either', 'a@x.io,Ann,FALSCH\nb@x.io,Bo,TRUE\nc@x.io,Cy,0\nd@x.io,no\ne@x.io,Eve,x', { e: '' }, 4],
  ])('%s', async (_, text, expected, errors) => {
    expect((await upload(text)).body.error_count).toBe(errors)
    expect(await standing()).toEqual(expected)
  }) // prettier-ignore

  test("the list's own file is known all the same", async () => {
    await app.list.import(makeReaders(1, 2), NOON, false)
    await app.patch('/subscribe', { email: 'reader-1@example.com' })
    const headers = { authorization: TOKEN, accept: 'text/csv' }
    const { text } = await app.call({ method: 'GET', url: '/subscribe', headers })
    await app.wipe()
    expect((await upload(text.split('\r\n').slice(1).join('\n'))).body).toMatchObject({ added: 1, left: 1 })
    expect(await standing()).toEqual({ 'Reader-1': 'left', 'Reader-2': '' })
  })
})

test('columns: what was read, and what was not', async () => {
  const { body } = await upload(
    'Id,E-Mail,First Name,Last Name,Status,Remark,Unsubscribe link\n1,a@x.io,Ann,Lee,active,nice,https://x.io/1',
  )
  expect(body.columns).toEqual({
    used: ['E-Mail', 'First Name', 'Last Name', 'Status'],
    ignored: ['Id', 'Remark', 'Unsubscribe link'],
  })
  expect((await upload('b@x.io,Bo')).body.columns).toEqual({ used: ['column 1', 'column 2'], ignored: [] })
  expect((await upload('c@x.io\nd@x.io')).body.columns).toEqual({ used: ['column 1'], ignored: [] })
})
