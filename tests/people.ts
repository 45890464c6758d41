// People for tests: registered through the front door, with a mailbox and a password of their own.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { bearer, type GraphqlAnswer, type GraphqlClient } from './client.ts'
import type { Stack } from './harness.ts'

export const PASSWORD = 'correct horse battery staple'

export interface Person {
  readonly email: string
  readonly id: string
  readonly sessionId: string
  readonly accessToken: string
  readonly refreshToken: string
  readonly deviceToken: string
  /** Headers of a signed-in request. */
  readonly headers: Readonly<Record<string, string>>
}

const SIGNED_IN = `
  ... on SignedIn {
    session { id status current }
    user { id email }
    accessTokenExpiresAt
    refreshTokenExpiresAt
    tokens { tokenType accessToken refreshToken }
    csrfToken
    deviceToken
  }`

export const REGISTER = `mutation Register($input: RegisterInput!) {
  register(input: $input) { verification { id purpose methods sentTo expiresAt resendAvailableAt } }
}`
export const VERIFY = `mutation Verify($input: VerifySessionInput!) {
  verifySession(input: $input) { __typename ${SIGNED_IN} }
}`
export const LOGIN = `mutation Login($input: LoginInput!) {
  login(input: $input) { __typename ${SIGNED_IN} ... on VerificationRequired { verification { id purpose } } }
}`
const REFRESH = `mutation Refresh($input: RefreshInput) { refresh(input: $input) { ${SIGNED_IN} } }`
export const LOGOUT = `mutation Logout($input: LogoutInput) { logout(input: $input) { revokedSessionIds } }`
export const VIEWER = `query Viewer { viewer { kind user { id email } session { id } roles scopes csrfToken } }`

export function newEmail(): string {
  return `p${randomBytes(6).toString('hex')}@example.com`
}

/** Registers somebody and proves the code. */
export async function registerPerson(
  stack: Pick<Stack, 'client' | 'mailbox'>,
  {
    email = newEmail(),
    password = PASSWORD as string | null,
    client = stack.client as GraphqlClient,
  } = {},
): Promise<Person> {
  const begun = await sendUnlessBusy(client, REGISTER, { input: { email, password } })
  const verificationId = begun.data?.register?.verification.id
  if (verificationId === undefined) throw new Error(`register failed: ${begun.text}`)
  const code = await stack.mailbox.takeCode(email)
  const verified = await client.send(VERIFY, { input: { verificationId, code } })
  if (verified.data?.verifySession == null) throw new Error(`verify failed: ${verified.text}`)
  return toPerson(email, verified.data.verifySession)
}

const BUSY_TRIES = 5

/** A machine that does much else has no thread free for a hash: anyone who is told so comes back when told to. */
async function sendUnlessBusy(
  client: GraphqlClient,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<GraphqlAnswer> {
  for (let tries = 1; ; tries += 1) {
    const answer = await client.send(query, variables)
    if (answer.code !== 'SERVICE_UNAVAILABLE' || tries === BUSY_TRIES) return answer
    await sleep(1_000 * Number(answer.errors[0]?.extensions.retryAfterSeconds ?? 1))
  }
}

/** Logs in from a device that is known. */
export async function logIn(
  client: GraphqlClient,
  person: Person,
  password = PASSWORD,
): Promise<Person> {
  const { email, deviceToken } = person
  const answer = await client.send(LOGIN, { input: { email, password, deviceToken } })
  if (answer.data?.login?.__typename !== 'SignedIn') throw new Error(`login failed: ${answer.text}`)
  return { ...toPerson(email, answer.data.login), deviceToken }
}

export async function refreshWith(
  client: GraphqlClient,
  refreshToken: string,
): Promise<GraphqlAnswer> {
  return await client.send(REFRESH, { input: { refreshToken } })
}

export async function viewerOf(client: GraphqlClient, accessToken: string): Promise<GraphqlAnswer> {
  return await client.send(VIEWER, {}, bearer(accessToken))
}

function toPerson(email: string, signedIn: any): Person {
  return {
    email,
    id: signedIn.user.id,
    sessionId: signedIn.session.id,
    accessToken: signedIn.tokens.accessToken,
    refreshToken: signedIn.tokens.refreshToken,
    deviceToken: signedIn.deviceToken,
    headers: bearer(signedIn.tokens.accessToken),
  }
}
