// What the columns of a file say about a person's mail: wanted, left, or not to be mailed. The most careful word counts.
import type { ImportRow, SuppressionReason } from '../ports.ts'
import { STRENGTH } from '../suppression.ts'
import { beginsWithNo, beginsWithYes, fold, isDate, isNo, isNothing, isStatus, isYes, reasonOf, statusOf, type Status, type StatusOrUnknown } from './words.ts' // prettier-ignore

/** Reads the cells of a column. */
export type StatusReader = (cell: string) => StatusOrUnknown

/** A yes, or the day when it was said, means that mail is wanted; a no means `no`. */
const good =
  (no: Status): StatusReader =>
  (cell) => {
    if (isNo(cell)) return no
    if (isYes(cell) || isDate(cell)) return 'in'
    return statusOf(cell)
  }

/** A day, or a yes, means that they confirmed; an empty cell that they did not. */
const confirmedAt: StatusReader = (cell) => (isNothing(cell) ? 'unconfirmed' : good('unconfirmed')(cell))

/** Only an empty cell or a no means that mail is wanted; a yes, or any day, means `yes`. A word may say more than the title. */
const bad =
  (yes: Status): StatusReader =>
  (cell) => {
    if (isNothing(cell) || isNo(cell)) return 'in'
    if (isYes(cell) || isDate(cell)) return yes
    const status = statusOf(cell)
    return status === 'left' && yes !== 'left' ? yes : status
  }

/** Any text means `status`: it says why, or in which campaign. */
const anything =
  (status: Status): StatusReader =>
  (cell) =>
    isNothing(cell) || isNo(cell) ? 'in' : status

/** Only a no counts: such columns may be about much else. */
const hint: StatusReader = (cell) =>
  beginsWithNo(cell) || NO_MAIL.test(fold(cell)) || !['in', 'unknown'].includes(statusOf(cell))
    ? 'left'
    : 'in'
const NO_MAIL =
  /^(none|never|keine?r?|ningun[oa]?|nenhuma?|aucune?|nessun[oa]|geen|ingen|(no|keine?|sin|pas de|geen) (e ?mails?|news ?letters?|correos?))$/

/** Where most cells are a yes or a no, an empty one is no yes: a box that nobody ticked may be written so. */
const ticked: StatusReader = (cell) => (isNothing(cell) ? 'unknown' : hint(cell))

/** Where consent is asked for as well, any other word may be a no. */
const answer: StatusReader = (cell) =>
  ticked(cell) !== 'in' || beginsWithYes(cell) || isDate(cell) ? ticked(cell) : statusOf(cell)

function areAnswers(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => !isNothing(cell))
  return filled.filter((cell) => isYes(cell) || isNo(cell)).length * 2 > filled.length
}

/** The same, but here a yes, or a day, is the refusal. */
const refusal: StatusReader = (cell) =>
  isYes(cell) || isDate(cell) ? 'left' : isNo(cell) ? 'in' : hint(cell)

const suppressed: StatusReader = (cell) => (isNothing(cell) ? 'in' : (reasonOf(cell) ?? bad('manual')(cell)))

const reasonNamed: StatusReader = (cell) => reasonOf(cell) ?? 'unknown'

function areReasons(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => cell.trim() !== '')
  return filled.filter((cell) => reasonOf(cell) !== undefined).length * 2 > filled.length
}

/** Numbers mean `yes` as well: how often, or of which kind. */
const numbered =
  (yes: Status): StatusReader =>
  (cell) =>
    /^\s*[1-9]\d{0,3}\s*$/.test(cell) ? yes : bad(yes)(cell)

/** Titles of columns that are about something else, whatever other words are in them. */
const OTHER =
  /\b(customer|account|employment|civil|relationship|lifecycle|url|link|token|hash|key|code|uuid|score|count|number|total|rate|payment|order|shipping|marital|plan|lead|job|deal|billing|ticket|ip)\b|url$/
/** Other channels: of no interest, unless the title names mail as well. */
const CHANNEL = /\b(sms|phone|mobile|whatsapp|push|fax|call)\b|문자|전화/
const MAIL = /\be ?mails?\b|news ?letter|메일|メール|邮件|郵件/
/** Mere counts of bounces: who has some gets mail all the same. */
const COUNTED = /^(soft )?bounces$|bouncecount|e ?mails bounced/
const LEFT =
  /unsub|opt(ed)? ?out|desabon|desinscri|desuscri|descadastr|abmeld|abgemeld|ausgetragen|austritt|^baja$|fecha de baja|de baja|disiscri|uitschrij|uitgeschr|afgemeld|afmeld|avregistr|avmeld|wypis|отпис|odhlas|leiratkoz|dezabon|수신 ?거부|구독 ?(취소|해지)|해지|탈퇴|退订|取消订阅|退訂|取消訂閱|退会|配信停止|購読解除|відпис|odjav|odglas|baixa|abonelik(ten)? ?(iptal|cik)|huy [đd]ang ky|berhenti berlangganan|απεγγραφ|διαγραφ|peruut|atsisak|atrakst|إلغاء الاشتراك|لغو اشتراک|ביטול (מנוי|רישום)|הסרה|ยกเลิก/
const BOUNCED =
  /bounce|cleaned|^clean |undeliver|unzustellbar|rebot|rebond|rimbalz|반송|バウンス|退信|invalid e ?mail/
const COMPLAINED = /complain|spam|abuse|junk/
const BLOCKED =
  /black ?list|block ?list|blocked|suppress|do ?not ?(e ?)?(mail|contact)|^do not .*\b(e ?mails?|contact)\b|^dnc( |$)|^(e ?mail )?disabled$|banned|deny ?list|quarantin|gesperrt|차단|ブロック|ブラックリスト/
const GONE =
  /^(is )?(deleted|removed|archived|left|cancell?ed)( (at|on|date|time))?$|^(cancellat|cancelad|eliminat|eliminad)[oa]$|^(supprime|resilie)e?$|^(data|fecha|date) d[ie] (cancellazione|cancelamento|cancelacion|resiliation)$|^(stop|removal) (time|date|status|method)$|^date (stopped|removed|deleted)$|geloscht|삭제일/
const WHY = /reason|campaign|comment|motiv|grund|사유|method|source|origin|feedback/
const CONFIRMED =
  /^((is|the|this|of|e ?mail|address|subscription|subscriber|user|contact|doi|double opt ?in) )*(confirmed|verified|activated|validated)$|^(bestatigt|confirmee?|confirmad[oa]|confermat[oa]|bevestigd|potwierdzon[aey]|подтвержден|подтвержден[ао]|bekraftad|인증|이메일 인증|確認済み|已确认)$/
/** When they confirmed: who has no day there has not. */
const CONFIRMED_AT =
  /^((is|e ?mail|address|subscription|subscriber|user|contact|doi|double opt ?in) )*(confirmed|verified|confirmation|verification|doi|double opt ?in) (at|on|date|time|timestamp)$/
const WANTED =
  /^((is|e ?mail|currently) )*(subscribed|active|enabled|deliverable|abonniert|angemeldet|aktiv|abonnee?|inscrite?|actif|suscrit[oa]|activ[oa]|iscritt[oa]|attiv[oa]|ativ[oa]|aangemeld|ingeschreven|actief|zapisan[yae]|aktywn[yae]|prenumerer(ar|t)|prenumerant|abonnerer|abonnent|tilaaja|подписан|активен|구독|購読|已订阅|订阅)$|^((이메일|메일|e ?mail|뉴스레터|마케팅|광고|광고성|홍보)( ?정보)? ?)?(수신 ?동의|구독 ?동의)( ?여부)?$|^((이메일|메일|e ?mail|뉴스레터|마케팅|광고|광고성|홍보)( ?정보)? ?)?(수신|구독) ?여부$|^(이메일|메일|e ?mail|뉴스레터)( ?정보)? ?(수신|구독)$|^(メール ?マガジン|メルマガ|メール|ニュース ?レター)( の)? ?(購読|配信|受信)( ?(希望|可否|許可))?$|^subscribed to (e ?mails?|newsletters?|marketing)$|^accepts ((e ?mail )?marketing|newsletter)$|^can receive (e ?mail )?marketing$/
const HINT =
  /^(subscribe|is (a )?subscriber|doi|double opt ?in|(is )?((e ?mail|address) )*valid|news ?letter|mailing list|permissions?|contactable( by e ?mail)?|e ?mailable|agree(d)? to receive|gdpr|opt in|opted in|e ?mail opt in|marketing|mailing|marketing opt in|e ?mail marketing|[rl]gpd|dsgvo|rodo|boletin|infolettre|news ?letters|nieuwsbrief|nyhetsbrev|nyhedsbrev|uutiskirje|hirlevel|biuletyn|zpravodaj|рассылка|뉴스레터|동의|수신|メルマガ|メール ?マガジン|配信|是否(订阅|訂閱))$/
/** Consent to what is not said, or to mail among other things. */
const CONSENT =
  /\b((werbe)?einwilligung|zustimmung|consent|consentement|consentimi?ento|consenso|toestemming|samtykke|samtycke)\b|^zgoda( |$)|^соглас(ие|ен)( |$)/
const OTHER_CONSENT = /\b(terms|cookies?|agb|fotos?|photos?|track|tracking)\b/
/** A question in free words: about mails (MAILS), and whether they are wanted (WISH). Not: data about the answer. */
const MAILS =
  /\be ?mails?\b|\bmail(s|ings?)?\b|\bcontact(ed)?\b|news ?letter|nieuwsbrief|nyhetsbrev|nyhedsbrev|uutiskirje|hirlevel|biuletyn|zpravodaj|boletin|infolettre|infobrief|rundbrief|marketing|werbung|publicidad|publicite|pubblicita|angebote|рассылк|메일|뉴스레터|소식지|광고|마케팅|メール|メルマガ|ニュース ?レター|邮件|郵件|电子报|電子報/
const WISH =
  /\b(ok|okay|may|can|gets?|send)\b|allow|want|wish|receives?\b|accept|agree|consen[st]|permi|opt(ed)? ?in|subscri|sign ?up|prefer|frequen|recib|recev|receb|ricev|acept|aceit|accett|autori|souhait|inscri|abonn|anmeld|erwunscht|gewunscht|erlaub|einwillig|zustimm|ontvang|toestem|zgod|соглас|подпис|수신|동의|구독|희망|허용|希望|受信|購読|配信|許可|同意|订阅|訂閱|接收|接受/
const ABOUT_ANSWER =
  /\b(ids?|source|origin|date|time|at|method|text|wording|version|languages?|type|name|country|state|province|region|address|street|city|domain|client)\b/
/** Was asked, and has not said yes yet. */
const PENDING =
  /^(is )?((double )?opt ?in|confirmation|subscription|verification|e ?mail) (is )?(pending|unconfirmed|unverified)$|^(is )?(unconfirmed|unverified)$/
/** Where a yes means no mail. */
const REFUSED =
  /^(no|stop|never|exclude|without|keine?|sin|sans|pas de|geen)( (?!of\b)|(?=e?mail)).*(mail|news ?letter|werbung|publicidad|publicite|correo)|^(no molestar|excluded?|remove)$|^(is )?excluded from\b|widerruf|widerspr|^kundigung(sdatum)?$|gekundigt|^opposition|(受信|配信)拒否/
const STATUS =
  /\b(e?stat(us|ut|ute)|statusz)\b|^(abo|abonnement|abonnenten|newsletter|kontakt|empfanger|anmelde|mitglieds|mail|e ?mail)status$|^(e ?mail|subscriber|subscription|contact|member) state$|^e ?mail marketing consent$|^subscription$|^(статус|상태|구독 ?상태|수신 ?상태|状態|状态|订阅状态|狀態|訂閱狀態|購読状態|ステータス|durum|tila|stav|stato|stato iscrizione|estado (de|da) (la )?(suscripcion|inscricao)|estado suscripcion|situac(ao|ion)|allapot|stare|stanje|κατασταση|trang thai|회원 ?상태|발송 ?상태|(メルマガ|メール)?配信(状態|状況|ステータス)|購読状況|会員状態|(حالة|وضعيت|وضعیت) (الاشتراك|العضوية|المشترك|اشتراک|عضویت)|(סטטוס|מצב) (מנוי|רישום|דיוור)|สถานะ(การสมัคร|การรับข่าวสาร|สมาชิก|อีเมล)|tinh trang ([đd]ang ky|email)|(abonelik|uyelik) durumu|staatus|statuss|statusas|busena|statusi|estat)( |$)|^(الحالة|حالة|وضعیت|סטטוס|สถานะ|स्थिति|tinh trang|durumu)$/
/** Why, in a list of those who get no mail: if most of its cells are reasons. */
const REASON =
  /^(suppression |rejection |block )?(reason|grund|motif|motivo|motiv|reden|причина|사유|理由|原因)$/
/** A status or a province: its cells show which. */
const STATE = /^(estado|state|etat|estat|stan|zustand|condicion)$/

/** The reader for a column of this title with such cells; undefined: it says nothing about a person's mail. */
export function statusReaderFor(title: string, cells: readonly string[]): StatusReader | undefined {
  const name = fold(title)
  if (name === 'suppressed') return suppressed
  if (COUNTED.test(name) || (OTHER.test(name) && !/^unsub .*(campaign|reason)/.test(name))) return undefined
  if (CHANNEL.test(name) && !MAIL.test(name)) return undefined
  const yes = statusNamedBy(name)
  if (yes && WHY.test(name)) return anything(yes)
  if (yes) return /^dnc|contact|bounces/.test(name) ? numbered(yes) : bad(yes)
  if (CONFIRMED.test(name) || name === 'mailable') return good('unconfirmed')
  if (CONFIRMED_AT.test(name)) return confirmedAt
  if (PENDING.test(name)) return bad('unconfirmed')
  if (WANTED.test(name)) return good('left')
  if (REFUSED.test(name)) return refusal
  const isConsent = CONSENT.test(name) && !OTHER_CONSENT.test(name)
  const asks = (isConsent || (MAILS.test(name) && WISH.test(name))) && !ABOUT_ANSWER.test(name)
  if (HINT.test(name)) return areAnswers(cells) ? ticked : hint
  if (asks && !STATUS.test(name)) return areAnswers(cells) ? answer : hint
  if (REASON.test(name) && areReasons(cells)) return reasonNamed
  return STATUS.test(name) || (STATE.test(name) && cells.some(isStatus)) ? statusOf : undefined
}

function statusNamedBy(name: string): Status | undefined {
  if (LEFT.test(name) || GONE.test(name)) return 'left'
  if (BOUNCED.test(name)) return 'bounce'
  if (COMPLAINED.test(name)) return 'complaint'
  return BLOCKED.test(name) ? 'manual' : undefined
}

type MailStatus = Pick<ImportRow, 'wish' | 'suppressed'>

/** All that a line says, taken together; undefined: a word is not understood, and none says that they get no mail. */
export function mailStatusOf(statuses: readonly StatusOrUnknown[]): MailStatus | undefined {
  const reasons = statuses.filter((each): each is SuppressionReason => each in STRENGTH)
  const [suppressed] = reasons.toSorted((a, b) => STRENGTH[b] - STRENGTH[a])
  const left = statuses.includes('left') || reasons.includes('unsubscribe')
  if (left || suppressed) return { ...(left && { wish: 'left' }), ...(suppressed && { suppressed }) }
  if (statuses.includes('unknown')) return undefined
  return statuses.includes('unconfirmed') ? { wish: 'unconfirmed' } : {}
}
