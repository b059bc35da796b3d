// The SMTP mailer against the contract, on a real mail server.
import { describe } from 'vitest'
import { openSmtpMailer } from '../../../src/adapters/mail/smtp/smtp.ts'
import { mailerContract, type MailerLab } from '../../contracts/sending/mailer.ts'
import { silentLog } from '../../support/events/feed-lab.ts'
import { startMailSink } from '../../support/servers/mail-sink.ts'
import { FROM } from '../../support/sending/mails.ts'

async function openLab(): Promise<MailerLab> {
  let sink = await startMailSink()
  const { url, port, mails } = sink
  return {
    transport: 'smtp',
    open: () => openSmtpMailer({ url, from: FROM, log: silentLog }),
    arrived: async () => [...mails, ...(sink.mails === mails ? [] : sink.mails)].map(({ raw }) => raw),
    outage: () => sink.close(),
    repair: async () => void (sink = await startMailSink({ port })),
    close: () => sink.close(),
  }
}

describe('the SMTP mailer', () => mailerContract(openLab))
