// Mailchimp Transactional, formerly Mandrill.
import type { Provider } from '../provider.ts'
import { factsOf } from './facts.ts'
import { kindOf, LISTS, MESSAGE_KINDS } from './kinds.ts'

export const mandrill: Provider = { name: 'mandrill', words: MESSAGE_KINDS, lists: LISTS, kindOf, factsOf }
