// The texts of the pages behind links in mails, in each language. They name the list, by which subscribers know it.
import type { Language } from '../../core/campaigns/mail/identity.ts'
import type { PlainPage } from '../server/answers/plain-page.ts'

type PageText = Pick<PlainPage, 'title' | 'text'> & { readonly button?: string }
export type Words = Readonly<Record<Language, (list: string) => PageText>>

export const UNSUBSCRIBE = {
  asks: {
    en: (list) => ({
      title: `Unsubscribe from ${list}?`,
      text: ['You will get no more mail from this list.'],
      button: 'Unsubscribe',
    }),
    ko: (list) => ({
      title: `${list} 수신을 거부하시겠습니까?`,
      text: ['이 목록의 메일을 더 이상 받지 않게 됩니다.'],
      button: '수신 거부',
    }),
  },
  left: {
    en: (list) => ({ title: 'You are unsubscribed', text: [`You will get no more mail from ${list}.`] }),
    ko: (list) => ({
      title: '수신 거부가 완료되었습니다',
      text: [`앞으로 ${list} 메일을 보내지 않습니다.`],
    }),
  },
  justLeft: {
    en: (list) => ({
      title: 'You are unsubscribed',
      text: [
        `You will get no more mail from ${list}.`,
        'Was that a mistake? You can undo it within the hour.',
      ],
      button: 'Subscribe again',
    }),
    ko: (list) => ({
      title: '수신 거부가 완료되었습니다',
      text: [`앞으로 ${list} 메일을 보내지 않습니다.`, '실수였다면 한 시간 안에 되돌릴 수 있습니다.'],
      button: '다시 구독',
    }),
  },
  back: {
    en: (list) => ({
      title: 'You are subscribed again',
      text: [`You will keep getting mail from ${list}. Every mail has a link to unsubscribe.`],
    }),
    ko: (list) => ({
      title: '다시 구독되었습니다',
      text: [`${list} 메일을 계속 받으실 수 있습니다. 모든 메일에 수신 거부 링크가 있습니다.`],
    }),
  },
  asked: {
    en: (list) => ({
      title: 'Please check your inbox',
      text: [`We have sent you a mail. Open the link in it to subscribe to ${list} again.`],
    }),
    ko: (list) => ({
      title: '메일함을 확인해 주세요',
      text: [`확인 메일을 보내 드렸습니다. 메일의 링크를 열면 ${list} 구독이 다시 시작됩니다.`],
    }),
  },
  tooLate: {
    en: (list) => ({
      title: 'It is too late to undo this here',
      text: [`To get mail from ${list} again, please subscribe where you first signed up.`],
    }),
    ko: (list) => ({
      title: '여기서는 더 이상 되돌릴 수 없습니다',
      text: [`${list} 메일을 다시 받으시려면 처음 구독하신 곳에서 구독해 주세요.`],
    }),
  },
  unknown: {
    en: () => ({
      title: 'This link does not work',
      text: ['It is incomplete, or not from us. Please open the link in the mail again, or copy all of it.'],
    }),
    ko: () => ({
      title: '사용할 수 없는 링크입니다',
      text: [
        '링크가 온전하지 않거나 저희가 보낸 링크가 아닙니다. 메일의 링크를 다시 열거나 주소 전체를 복사해 주세요.',
      ],
    }),
  },
} as const satisfies Record<string, Words>

export const CONFIRM = {
  asks: {
    en: (list) => ({
      title: `Confirm your subscription to ${list}`,
      text: ['One more click, and you will get mail from this list. You can unsubscribe at any time.'],
      button: 'Confirm',
    }),
    ko: (list) => ({
      title: `${list} 구독을 확인해 주세요`,
      text: ['버튼을 누르시면 구독이 시작됩니다. 언제든지 수신을 거부하실 수 있습니다.'],
      button: '구독 확인',
    }),
  },
  done: {
    en: (list) => ({
      title: `You are subscribed to ${list}`,
      text: ['Thank you. Every mail has a link to unsubscribe.'],
    }),
    ko: (list) => ({
      title: `${list} 구독이 완료되었습니다`,
      text: ['감사합니다. 모든 메일에 수신 거부 링크가 있습니다.'],
    }),
  },
  unknown: {
    en: () => ({
      title: 'This link no longer works',
      text: ['It has expired or is incomplete. Please subscribe again to get a new one.'],
    }),
    ko: () => ({
      title: '더 이상 사용할 수 없는 링크입니다',
      text: ['링크가 만료되었거나 온전하지 않습니다. 다시 구독하시면 새 링크를 보내 드립니다.'],
    }),
  },
} as const satisfies Record<string, Words>
