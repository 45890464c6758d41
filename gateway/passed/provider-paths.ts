// Pages of the services that people sign in with, PROVIDERS: where each begins, and where its answer arrives.
import type { PassedPath } from './paths.ts'

/** The only one that insists on posting its answer. */
const POSTING_ORIGINS = ['https://appleid.apple.com']
/** What an answer consists of (RFC 6749 4.1.2, RFC 9207). */
const ANSWER = ['code', 'state', 'iss', 'error'] as const

export function providerPaths(names: readonly string[]): PassedPath[] {
  return names.flatMap((name): PassedPath[] => [
    {
      path: `/sign-in/${name}`,
      for: 'people',
      flowCookies: ['__Host-flow', '__Host-provider'],
      reads: ['device'],
    },
    {
      path: `/sign-in/${name}/callback`,
      for: 'people',
      flowCookies: ['__Host-flow', '__Host-provider', '__Host-challenge'],
      reads: ['device'],
      makesSession: true,
      // Another service's code is as it likes (RFC 6749, 4.1.2): with some it is a JWT. It opens nothing here.
      identityHints: ['code'],
      postedAnswers: { from: POSTING_ORIGINS, fields: ANSWER },
    },
  ])
}
