// The words of imported files, in many languages and by many tools: yes and no, and what a status means.
import type { SuppressionReason } from '../ports.ts'

/** What a cell says of a person: 'in' wants mail. */
export type Status = 'in' | 'unconfirmed' | 'left' | SuppressionReason
/** 'unknown': a word that is not understood, which never counts as a yes. */
export type StatusOrUnknown = Status | 'unknown'

/** Without case and accents, and with single spaces for the signs between words. */
export function fold(text: string): string {
  return text
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]+/g, '')
    .toLowerCase()
    .replace(/ı/g, 'i')
    .replace(/ł/g, 'l')
    .replace(/[^\p{L}\p{M}\p{N}+]+/gu, ' ') // marks are parts of letters in Japanese, Hindi, Thai
    .trim()
    .normalize('NFC')
}

/** Here a change of case begins no new word: ACTIVE, Active and aCTIVE are one. */
const foldWord = (text: string): string => fold(text.toLowerCase())

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.split('|').map(foldWord))

/** As spreadsheets write it in their languages, and people. */
const YES = wordsOf(
  'true|wahr|vrai|verdadero|verdadeiro|vero|cert|waar|истина|істина|правда|точно|тачно|tačno|prawda|pravda|doğru|참|真|tosi|sant|sann|sand|satt|' +
    'igaz|adevărat|αληθες|αληθης|αληθής|istinito|istina|tõene|patiess|teisinga|egia|אמת|صواب|صحيح|จริง|đúng|benar|सत्य|درست|ақиқат|' +
    'yes|y|t|on|ja|j|oui|o|si|sim|s|da|да|д|так|tak|evet|igen|kyllä|joo|ano|áno|jah|taip|jā|jo|já|ναι|כן|نعم|ใช่|có|ya|हाँ|بله|是|对|はい|예|네|' +
    'checked|1|1 0|1 00',
)
const NO = wordsOf(
  'false|falsch|faux|falso|fals|onwaar|ложь|неправда|хибність|лъжа|нетачно|netačno|fałsz|nepravda|yanlış|거짓|假|偽|epätosi|falskt|falsk|usann|usant|' +
    'ósatt|hamis|ψευδες|ψευδης|ψευδής|neistinito|laž|väär|aplams|klaidinga|gezurra|שקר|خطأ|เท็จ|sai|salah|असत्य|نادرست|жалған|' +
    'no|n|f|off|nein|non|não|nee|nej|nei|ne|нет|н|ні|не|nie|hayır|nem|ei|nu|όχι|לא|لا|ไม่|không|tidak|नहीं|خیر|否|不|いいえ|아니오|아니요|아뇨|' +
    'unchecked|0|0 0|0 00',
)
/** How tools write that a cell is empty. */
const NOTHING = wordsOf('null|nil|none|undefined|nan|n a|never|nie|0000 00 00|0000 00 00 00 00 00')

/** A sign instead of a word; ✗ and ☒ are missing, since they mean yes on some forms and no on others. */
const YES_SIGN = /^\s*[✓✔☑✅○◯⭕]\ufe0f?\s*$/u
const NO_SIGN = /^\s*[×❌]\s*$/u
/** What tables show in empty cells; any other sign is a word that is not understood. */
const BLANK = /^[\s\p{Pd}_.,/[\]{}()"']*$/u

export const isYes = (cell: string): boolean => YES_SIGN.test(cell) || YES.has(foldWord(cell))
export const isNo = (cell: string): boolean => NO_SIGN.test(cell) || NO.has(foldWord(cell))
export const isNothing = (cell: string): boolean =>
  BLANK.test(cell) || NOTHING.has(foldWord(cell)) || cell.trim() === '\\N'
const firstWord = (cell: string): string => /^[^\s,.;:!?]{2,}/.exec(cell.trim())?.[0] ?? ''
const REFUSES =
  /^(i |we |je |ich |yo |io )?(do not|don t|does not|doesn t|not|nicht|kein|keine|sin|sem|senza|sans|zonder|geen|bez|без|ingen)( |$)/
/** "No, thanks" as well, but not "Non-profit". */
export const beginsWithNo = (cell: string): boolean =>
  isNo(cell) || isNo(firstWord(cell)) || REFUSES.test(foldWord(cell))
export const beginsWithYes = (cell: string): boolean => isYes(cell) || isYes(firstWord(cell))
/** It has a year in it, or three numbers, or seconds since 1970. */
export const isDate = (cell: string): boolean =>
  /(^|\D)(19|20)\d\d(\D|$)|\d{1,4}\D{1,3}\d{1,2}\D{1,3}\d{1,4}|^\s*\d{8,14}([.,]\d+)?\s*$/.test(cell)

/** The only words for a status that gets mail. */
const IN = wordsOf(
  'subscribed|subscriber|subscribe|subscription active|marketing contact|currently subscribed|active|active subscriber|enabled|confirmed|verified|opted in|opt in|' +
    'optin|opted-in|double opt in|single opt in|valid|deliverable|regular|premium|ok|okay|good|normal|member|engaged|express|explicit|implied|allow|allowed|granted|' +
    'angemeldet|abonniert|aktiv|bestätigt|eingetragen|abonné|abonnée|inscrit|inscrite|actif|active|confirmé|confirmée|suscrito|suscrita|suscripto|activo|alta|de alta|' +
    'activa|confirmado|confirmada|iscritto|iscritta|attivo|attiva|confermato|confermata|inscrito|inscrita|ativo|ativa|aangemeld|ingeschreven|actief|bevestigd|' +
    'zapisany|zapisana|aktywny|aktywna|potwierdzony|potwierdzona|подписан|подписана|активен|активный|активна|подтвержден|подтверждён|підписаний|активний|' +
    'prenumererar|bekräftad|abonnerer|bekreftet|bekræftet|tilmeldt|påmeldt|tilaaja|aktiivinen|vahvistettu|abone|aktif|etkin|onaylandı|odebírá|aktivní|' +
    'potvrzeno|feliratkozott|aktív|abonat|activ|구독|구독중|구독 중|구독함|활성|정상|수신|수신함|수신허용|수신 허용|허용|수신동의|수신 동의|동의|동의함|' +
    '購読|購読中|登録|登録済み|有効|配信中|希望する|希望|受け取る|許可|已订阅|订阅|订阅中|' +
    '有效|活跃|已确认|正常|已訂閱|訂閱|đã đăng ký|đã xác nhận|đang hoạt động|hoạt động|εγγεγραμμένος|εγγεγραμμένη|ενεργός|ενεργή|مشترك|مشتركة|نشط|فعال|مشترک|فعّال|' +
    'רשום|רשומה|מנוי|פעיל|פעילה|สมัครแล้ว|สมัครสมาชิก|ใช้งาน|सक्रिय|berlangganan|terdaftar|абониран|pretplaćen|pretplaćena|prijavljen|prijavljena|aktivan|aktivna|' +
    'naročen|naročena|odoberá|aktívny|prenumeruoja|aktyvus|abonē|aktīvs|tellija|aktiivne|subscrit|subscrita|actiu|activa',
)

/** Parts of words for a status that gets no mail; the first that matches counts. To be careful, a part is enough. */
const OUT: readonly (readonly [RegExp, Status])[] = [
  [/complain|spam|abus|junk|fbl|beschwer|plainte|queja|reclamo|жалоб|스팸|불만|신고|迷惑|投诉/, 'complaint'],
  [
    /unconfirm|non ?marketing|не ?подпис|not (yet )?confirm|non confirm|no confirm|nao confirm|unbestatig|nicht bestatig|onbevestig|niet bevestig|niepotwierdz|obekraft|ubekreft|ubekraeft|nevahvist|onaylanma|не ?подтвержд|не ?підтвер|nepotvr|pending|await|waiting|ausstehend|attente|attesa|pendient|pendent|oczekuj|unverif|not verif|unactivat|not activat|미확인|미인증|미동의|대기|未確認|仮登録|未确认|待确认|non ?subscrib|nicht abonn|non abonn|no suscri|nao inscr|non iscri|niet ingeschr|미구독|未購読|未登録|未订阅|未訂閱|never ?subscrib|not yet subscrib|no consent|transactional|temp hold|not set|unknown consent|unengaged/,
    'unconfirmed',
  ],
  [
    /bounc|cleaned|undeliver|invalid|hardb|softb|unzustellbar|retourn|rebot|rebond|rimbalz|niedorecz|не ?доставл|반송|수신불가|不达|エラー|バウンス|退信/,
    'bounce',
  ],
  [/reject|dropped|abgelehnt/, 'reject'],
  [
    /block|black ?list|suppress|bann|deny|denied|dnc|do ?not ?(contact|mail|email|allow)|not allowed|manual|^custom$|gesperrt|bloqu|bloccat|geblokk|заблок|차단|黑名单|ブロック|ブラックリスト/,
    'manual',
  ],
  [
    /unsub|un sub|not? subscrib|opt(ed)? ?out|optout|cancel|inactiv|not active|disab|deactiv|expire|delet|remov|archiv|churn|stopped|resigned|^left|withdr[ae]w|revoke|(?<!connection )refus|declin|objected|objection|\blapsed\b|\bformer\b|\bended\b|^ex |suspend|widerruf|widerspr|^retire$|retirad|revoq|abgemeld|ausgetrag|gekundig|inaktiv|geloscht|desabon|desinscri|desuscri|desubscri|descadastr|resili|supprim|de ?baja|^baja(?! california)|anulad|desactiv|disattiv|disiscri|cancella|inattiv|uitgeschr|afgemeld|opgezegd|inactief|wypisan|nieaktyw|zrezygn|отпис|неактив|відпис|avregistr|avslut|avmeld|afmeldt|frameldt|peruut|perunut|cikt|iptal|pasif|odhlas|neaktivni|leiratkoz|dezabon|취소|해지|거부|철회|비동의|미수신|안 ?함$|않|탈퇴|비활성|휴면|중지|정지|삭제|解除|停止|退会|無効|拒否|しない$|らない$|不要|不可|退订|取消|退訂|失效|停用|revocat|revocad|\bnegat[oa]\b|\b(de)?negad[oa]\b|rifiutat|rechazad|recusad|wycofan|odmow|cofniet|отозва|отказ|^brak( zgody)?$|ingetrokken|geweigerd|tilbakekal|aterkalla|trukket tilbage|verweigert|zuruckgezogen|\bhuy\b|bo theo doi|ngung|διαγραμμ|διαγραφ|απεγγρ|ανενεργ|ακυρ|غير (مشترك|نشط|فعال)|ألغ|إلغاء|ملغ|محذوف|لغو|غیر ?فعال|הוסר|הסיר|ביטל|בוטל|לא (פעיל|רשום|מנוי)|ยกเลิก|ไม่ใช้งาน|निष्क्रिय|रद्द|berhenti|nonaktif|tidak aktif|batal|poistunut|poistettu|odjav|neaktiv|atsisak|neaktyv|atrakst|loobu|mitteaktiiv|baixa|inactiu/,
    'left',
  ],
]

/** Whole cells that are plain whatever their column is called. */
const PLAIN =
  /^((globally|list|manually|automatically|admin|hard|soft|user) )*(un ?subscribed|opted out|block ?listed|black ?listed|bounced?|complained|complaint|marked as spam|spam complaint|cleaned|unconfirmed|not confirmed|suppressed|undeliverable|do not (contact|(e ?)?mail)|abgemeldet|ausgetragen|desabonnee?|desinscrite?|disiscritto|dado de baja|descadastrado|uitgeschreven|afgemeld|wypisany|wypisana|отписан|수신 ?거부|구독 ?취소|구독 ?해지|탈퇴(회원)?|退订|已退订|配信停止)$/

const outWord = (folded: string): Status | undefined => OUT.find(([word]) => word.test(folded))?.[1]

/** A single letter, which each tool has its own for: S has subscribed, or has not confirmed. */
const CODE = /^[a-xz]$/

/** The status that a cell of a status column says. */
export function statusOf(cell: string): StatusOrUnknown {
  const word = foldWord(cell)
  const out = outWord(word)
  if (out) return out
  if (IN.has(word)) return 'in'
  if (/\d/.test(word)) return 'unknown' // each tool numbers them in its own way
  if (isNo(cell)) return 'left'
  return isYes(cell) && !CODE.test(word) ? 'in' : 'unknown'
}

/** Shows that a column is about statuses when its title may mean a province: OK and NE do not, they are provinces. */
export const isStatus = (cell: string): boolean => cell.trim().length > 3 && statusOf(cell) !== 'unknown'

/** The status in a cell of any column, where it is plain. */
export function plainStatus(cell: string): Status | undefined {
  if (cell.length > 40 || cell === '') return undefined
  const word = foldWord(cell)
  return PLAIN.test(word) ? outWord(word) : undefined
}

/** Why an address gets no mail, in any tool's words; undefined: not understood. */
export function reasonOf(cell: string): SuppressionReason | undefined {
  const word = fold(cell)
  if (/^[45]\d\d( |$)|^[45] \d/.test(word)) return 'bounce' // a mail server's answer
  const status = outWord(word) ?? outWord(foldWord(cell))
  if (status === 'left') return 'unsubscribe'
  return status === 'in' || status === 'unconfirmed' ? undefined : status
}
