// What tests of further factors ask for: signing in and confirming one's presence, with whatever came of it.
import type { GraphqlClient } from '../../client.ts'

const RESULT = `__typename
  ... on SignedIn { session { id authenticationMethods } user { id } deviceToken tokens { accessToken refreshToken } }
  ... on VerificationRequired { verification { id purpose methods sentTo } }`

export const LOGIN = `mutation Login($input: LoginInput!) { login(input: $input) { ${RESULT} } }`
export const PROVE = `mutation Prove($input: VerifySessionInput!) { verifySession(input: $input) { ${RESULT} } }`
export const CONFIRM = `mutation Confirm($input: ReauthenticateInput!) { reauthenticate(input: $input) { ${RESULT} } }`

/** @returns the one root field, with the code and the extensions of the first error */
export async function askWith(
  client: GraphqlClient,
  document: string,
  input: object,
  headers = {},
) {
  const { data, code, errors } = await client.send(document, { input }, headers)
  const [first] = Object.values(data ?? {}) as any[]
  return { ...first, code, extensions: errors[0]?.extensions }
}
