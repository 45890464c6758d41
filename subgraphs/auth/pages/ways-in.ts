// What a deployment offers to sign in with, for the pages that ask.
import { html } from '../../../platform/pages/html.ts'
import { operation, type Refusal } from './operation.ts'
import type { PageAnswer, Visit } from './page.ts'
import { explain } from './refusals.ts'

export interface WaysIn {
  readonly password: boolean
  readonly emailCode: boolean
  readonly passkey: boolean
  readonly providers: readonly { readonly id: string; readonly name: string }[]
}

export const WAYS_IN = operation<{ signInMethods: WaysIn }>(
  'query PageWaysIn { signInMethods { password emailCode passkey providers { id name } } }',
  'nobody',
)

export function unavailable(visit: Visit, refusal: Refusal): PageAnswer {
  return { title: visit.texts.signIn.title, content: html``, ...explain(visit, refusal) }
}
