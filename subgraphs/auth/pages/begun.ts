// What follows an operation that begins or continues a sign-in: the next step, or the way out.
import { type Challenge, challengeCookie, clearedChallengeCookie } from './challenge-cookie.ts'
import type { Redirect, Visit } from './page.ts'

export const VERIFICATION =
  '... on VerificationRequired { verification { id purpose methods sentTo } }'

export interface AskedFor {
  readonly __typename: 'VerificationRequired'
  readonly verification: {
    readonly id: string
    readonly purpose: string
    readonly methods: readonly string[]
    readonly sentTo: string | null
  }
}

/** `SignedIn`, with the session's cookies set by the graph, or what must follow. */
export type SignInResult = { readonly __typename: 'SignedIn' } | AskedFor

export function goOn(
  { passage }: Pick<Visit, 'passage'>,
  result: SignInResult,
  began: Challenge['began'],
): Redirect {
  if (result.__typename === 'SignedIn') {
    return { location: passage.afterSignIn, cookies: [clearedChallengeCookie()] }
  }
  return {
    location: passage.to(result.verification.purpose === 'FACTOR_ENROLMENT' ? '/enrol' : '/verify'),
    cookies: [challengeCookie({ ...result.verification, began })],
  }
}
