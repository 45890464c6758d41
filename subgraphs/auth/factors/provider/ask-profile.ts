// Exchanges the code that a provider answered with, and asks who it stands for. Everything in the answer is checked before anything is
// believed: `iss`, `state`, PKCE, and of the identity token signature, `iss`, `aud`, `azp`, `exp`, `nonce`, `at_hash`.
import { createHash, timingSafeEqual } from 'node:crypto'
import {
  authorizationCodeGrant,
  type Configuration,
  fetchProtectedResource,
  fetchUserInfo,
} from 'openid-client'
import type { FlowSecrets } from './flow.ts'
import { type ProviderProfile, profileOf, subjectIn } from './profile.ts'
import type { ProfileFields, ProviderSettings } from './protocol.ts'
import { wrongAnswer } from './provider-failure.ts'
import type { Provider } from './providers.ts'

export interface ProviderAnswer {
  /** With the provider's parameters, at the address that it was asked to answer to. */
  readonly url: URL
  readonly secrets: FlowSecrets
}

type Document = Readonly<Record<string, unknown>>

/** @throws Error of `openid-client`; AuthError VERIFICATION_FAILED */
export async function askProfile(
  provider: Provider,
  answer: ProviderAnswer,
): Promise<ProviderProfile> {
  const { settings } = provider
  const configuration = await provider.configuration()
  const found =
    settings.protocol.kind === 'openid'
      ? await openIdProfile(settings, configuration, answer)
      : await oauth2Profile(settings, configuration, answer, settings.protocol)
  if (found === null) throw wrongAnswer(settings.name)
  return found
}

async function openIdProfile(
  settings: ProviderSettings,
  configuration: Configuration,
  { url, secrets }: ProviderAnswer,
): Promise<ProviderProfile | null> {
  const tokens = await authorizationCodeGrant(configuration, url, {
    expectedState: secrets.state,
    expectedNonce: secrets.nonce,
    pkceCodeVerifier: secrets.codeVerifier,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  if (claims === undefined || tokens.id_token === undefined) return null
  const { iss: issuer, sub: subject, at_hash: hash } = claims
  if (hash !== undefined && !isHashOf(hash, tokens.access_token, tokens.id_token)) return null
  const hasUserInfo = configuration.serverMetadata().userinfo_endpoint !== undefined
  const document: Document =
    claims.email === undefined && hasUserInfo
      ? await fetchUserInfo(configuration, tokens.access_token, subject)
      : claims
  return profileOf(settings, { issuer, subject, document })
}

/** OpenID Connect Core 3.1.3.6: the left half of the hash that belongs to the token's algorithm. */
function isHashOf(hash: unknown, accessToken: string, idToken: string): boolean {
  const header = JSON.parse(
    Buffer.from(idToken.split('.')[0] ?? '', 'base64url').toString('utf8'),
  ) as { alg?: string }
  const bits = /(256|384|512)$/.exec(header.alg ?? '')?.[1] ?? '512'
  const digest = createHash(`sha${bits}`).update(accessToken, 'ascii').digest()
  const right = Buffer.from(digest.subarray(0, digest.length / 2).toString('base64url'))
  const said = Buffer.from(String(hash))
  return said.length === right.length && timingSafeEqual(said, right)
}

async function oauth2Profile(
  settings: ProviderSettings,
  configuration: Configuration,
  { url, secrets }: ProviderAnswer,
  { issuer, userinfoUrl, fields }: { issuer: string; userinfoUrl: string; fields: ProfileFields },
): Promise<ProviderProfile | null> {
  const { access_token: token } = await authorizationCodeGrant(configuration, url, {
    expectedState: secrets.state,
    pkceCodeVerifier: secrets.codeVerifier,
  })
  const document = await readDocument(configuration, token, userinfoUrl)
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return null
  const subject = subjectIn(document as Document, fields)
  const profile = profileOf(settings, { issuer, subject, document: document as Document })
  if (profile === null || settings.profile !== 'github') return profile
  return { ...profile, ...(await gitHubEmail(settings, configuration, token)) }
}

/** What stands in the profile is what somebody chose to show. The primary verified address is in a list of its own. */
async function gitHubEmail(
  { trustsEmail }: ProviderSettings,
  configuration: Configuration,
  token: string,
): Promise<Pick<ProviderProfile, 'email' | 'isEmailTrusted'>> {
  const list = await readDocument(configuration, token, 'https://api.github.com/user/emails')
  const entries: readonly Document[] = Array.isArray(list) ? (list as Document[]) : []
  const primary = entries.find((entry) => entry?.primary === true && entry.verified === true)
  const email = typeof primary?.email === 'string' ? primary.email.slice(0, 320) : null
  return { email, isEmailTrusted: trustsEmail && email !== null }
}

async function readDocument(
  configuration: Configuration,
  accessToken: string,
  url: string,
): Promise<unknown> {
  const headers = new Headers({ accept: 'application/json', 'user-agent': 'Sallyport' })
  const answer = await fetchProtectedResource(
    configuration,
    accessToken,
    new URL(url),
    'GET',
    undefined,
    headers,
  )
  // Facebook calls its JSON JavaScript: the type is not looked at.
  if (answer.status === 200) return (await answer.json()) as unknown
  throw Object.assign(new Error('the profile was not told'), {
    code: answer.status < 500 ? 'OAUTH_INVALID_RESPONSE' : 'PROFILE_UNAVAILABLE',
    status: answer.status,
  })
}
