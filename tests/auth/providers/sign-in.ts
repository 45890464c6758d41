// What a client sends to sign in with a provider.
import type { GraphqlAnswer } from '../../client.ts'
import type { Stack } from '../../harness.ts'
import type { Grant, PretendProvider } from './pretend-provider.ts'

const RESULT = `__typename
  ... on SignedIn { session { id authenticationMethods device } user { id email emailVerified fullName } deviceToken csrfToken tokens { accessToken refreshToken } }
  ... on VerificationRequired { verification { id purpose methods sentTo } }`
export const START = `mutation Start($input: StartProviderLoginInput!) { startProviderLogin(input: $input) { verificationId url } }`
const ANSWER = `mutation Answer($input: VerifySessionInput!) { verifySession(input: $input) { ${RESULT} } }`

type Headers = Readonly<Record<string, string>>

export interface Begun {
  readonly verificationId: string
  readonly url: string
}

export async function start(
  { client }: Pick<Stack, 'client'>,
  input: object = {},
  headers: Headers = {},
): Promise<Begun> {
  const answer = await client.send(START, { input: { provider: 'acme', ...input } }, headers)
  if (answer.data?.startProviderLogin == null) throw new Error(answer.text)
  return answer.data.startProviderLogin
}

export async function finish(
  { client }: Pick<Stack, 'client'>,
  input: {
    readonly verificationId: string
    readonly providerAnswer?: string
    readonly code?: string
    readonly method?: string
  },
  headers: Headers = {},
): Promise<GraphqlAnswer> {
  return await client.send(ANSWER, { input }, headers)
}

/** From the first click to what verifySession answers. */
export async function signIn(
  stack: Pick<Stack, 'client'>,
  provider: PretendProvider,
  grant: Grant = {},
  input: object = {},
): Promise<GraphqlAnswer> {
  const { verificationId, url } = await start(stack, input)
  return await finish(stack, { verificationId, providerAnswer: provider.consent(url, grant) })
}

export function person(sub: string, email?: string, verified = true): Grant {
  return { claims: { sub, ...(email && { email, email_verified: verified }) } }
}
