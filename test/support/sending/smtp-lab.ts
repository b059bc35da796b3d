// Mailers on servers that do what a test wants; all of them are closed after each test.
import { afterEach } from 'vitest'
import { openSmtpMailer, type SmtpOptions } from '../../../src/adapters/mail/smtp/smtp.ts'
import type { Mailer } from '../../../src/core/sending/ports.ts'
import { silentLog } from '../events/feed-lab.ts'
import { startMailSink, type MailSink } from '../servers/mail-sink.ts'
import { FROM } from './mails.ts'
import {
  startScriptedSmtp,
  type Behaviour,
  type Script,
  type ScriptedServer,
  type Step,
} from '../servers/scripted-smtp.ts'

export function useSmtpLab() {
  const cleanUp: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of cleanUp.splice(0).toReversed()) await close()
  })
  return {
    mailerFor(url: string, options: Partial<SmtpOptions> = {}): Mailer {
      const mailer = openSmtpMailer({ url, from: FROM, log: silentLog, ...options })
      cleanUp.push(() => mailer.close())
      return mailer
    },
    async server(script?: Script): Promise<ScriptedServer> {
      const started = await startScriptedSmtp(script)
      cleanUp.push(() => started.close())
      return started
    },
    async sink(settings: Parameters<typeof startMailSink>[0]): Promise<MailSink> {
      const started = await startMailSink(settings)
      cleanUp.push(() => started.close())
      return started
    },
  }
}

/** Whenever the step comes. */
export const at =
  (step: Step, behaviour: Behaviour): Script =>
  (now) =>
    now === step ? behaviour : undefined

/** The same URL with a user and a password. */
export const withAccount = (url: string): string => url.replace('smtp://', 'smtp://news:s3cret-word@')
