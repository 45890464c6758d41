// PROVIDERS and PROVIDER_<NAME>_*: which other services people may sign in with. Every problem names its variable, and no value.
import { createPrivateKey } from 'node:crypto'
import { isLoopback } from '../../../../platform/loopback.ts'
import { Secret } from '../../../../platform/secret.ts'
import type { Environment } from '../../../../platform/settings.ts'
import { type Preset, presetOf, presets } from './presets.ts'
import type { ClientAuthentication, ProviderProtocol, ProviderSettings } from './protocol.ts'

export interface ReadProviders {
  readonly providers: readonly ProviderSettings[]
  readonly problems: readonly string[]
}

const NAME = /^[a-z][a-z0-9-]{0,29}$/
/** Paths of ours below `/sign-in/` may come to have such names. */
const RESERVED = ['callback', 'continue', 'link', 'verify', 'error']
const TENANT = /^[A-Za-z0-9.-]{1,100}$/

const SUFFIXES = [
  'PRESET',
  'NAME',
  'CLIENT_ID',
  'CLIENT_SECRET',
  'SCOPE',
  'ISSUER',
  'TENANT',
  'TEAM_ID',
  'KEY_ID',
  'PRIVATE_KEY',
  'AUTHORIZATION_URL',
  'TOKEN_URL',
  'USERINFO_URL',
  'SUBJECT_FIELD',
  'EMAIL_FIELD',
  'EMAIL_VERIFIED_FIELD',
  'NAME_FIELD',
  'TRUST_EMAIL',
] as const
type Suffix = (typeof SUFFIXES)[number]

/** What is set for one provider, and where problems with it go. */
interface Given {
  readonly id: string
  readonly isProduction: boolean
  value(suffix: Suffix): string | null
  complain(suffix: Suffix, problem: string): void
}

export function readProviders(env: Environment): ReadProviders {
  const problems: string[] = []
  const names = (env.PROVIDERS ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
  if (new Set(names).size < names.length) problems.push('PROVIDERS: a name is there twice')
  const providers = [...new Set(names)].flatMap((name) => {
    if (!NAME.test(name) || RESERVED.includes(name)) {
      problems.push(`PROVIDERS: "${name}" must have lower-case letters, digits and "-"`)
      return []
    }
    return readProvider(givenFor(env, name, problems)) ?? []
  })
  for (const own of providers) requireOwnIssuer(own, providers, givenFor(env, own.id, problems))
  return { providers, problems }
}

/**
 * Who somebody is, is kept under the issuer. Of two services at one host whose subjects are numbers the first would sign in as people of
 * the second: where nobody has said that they have the same people, they must not come to have the same issuer.
 */
function requireOwnIssuer(
  { id, protocol }: ProviderSettings,
  all: readonly ProviderSettings[],
  given: Given,
): void {
  if (protocol.kind !== 'oauth2' || given.value('ISSUER') !== null) return
  const isShared = all.some(
    (other) =>
      other.id !== id &&
      other.protocol.issuer === protocol.issuer &&
      !(other.protocol.kind === 'oauth2' && other.protocol.userinfoUrl === protocol.userinfoUrl),
  )
  if (isShared)
    given.complain('ISSUER', 'missing; another provider at this origin may have other people')
}

function givenFor(env: Environment, id: string, problems: string[]): Given {
  const prefix = `PROVIDER_${id.toUpperCase().replaceAll('-', '_')}_`
  const known: readonly string[] = SUFFIXES
  for (const variable of Object.keys(env)) {
    if (variable.startsWith(prefix) && !known.includes(variable.slice(prefix.length)))
      problems.push(`${variable}: there is no such setting`)
  }
  return {
    id,
    isProduction: env.NODE_ENV === 'production',
    value: (suffix) => env[prefix + suffix]?.trim() || null,
    complain: (suffix, problem) => problems.push(`${prefix}${suffix}: ${problem}`),
  }
}

function readProvider(given: Given): ProviderSettings | null {
  const presetName = given.value('PRESET') ?? (presetOf(given.id) === null ? null : given.id)
  const preset = presetName === null ? null : presetOf(presetName)
  if (presetName !== null && preset === null)
    given.complain('PRESET', `must be one of ${Object.keys(presets).join(', ')}`)
  const clientId = given.value('CLIENT_ID')
  if (clientId === null) given.complain('CLIENT_ID', 'missing; the provider told it to you')
  const authentication = readAuthentication(given, preset)
  const protocol = readProtocol(given, preset)
  const trust = given.value('TRUST_EMAIL')
  if (trust !== null && trust !== 'on' && trust !== 'off')
    given.complain('TRUST_EMAIL', 'must be one of on, off')
  if (clientId === null || authentication === null || protocol === null) return null
  const isOpenId = protocol.kind === 'openid'
  return Object.freeze({
    id: given.id,
    name: given.value('NAME') ?? preset?.name ?? given.id,
    clientId,
    authentication,
    scope: given.value('SCOPE') ?? preset?.scope ?? (isOpenId ? 'openid email profile' : ''),
    protocol,
    profile: preset?.profile ?? protocol.kind,
    postsAnswer: preset?.postsAnswer ?? false,
    trustsEmail: trust === null ? preset !== null : trust === 'on',
  })
}

function readAuthentication(given: Given, preset: Preset | null): ClientAuthentication | null {
  if (preset?.profile === 'apple') return readApple(given)
  const secret = given.value('CLIENT_SECRET')
  if (secret !== null) return { kind: 'secret', secret: new Secret(secret) }
  if (preset === null) return { kind: 'none' }
  given.complain('CLIENT_SECRET', 'missing; the provider told it to you')
  return null
}

function readApple(given: Given): ClientAuthentication | null {
  const teamId = given.value('TEAM_ID')
  const keyId = given.value('KEY_ID')
  const pem = given.value('PRIVATE_KEY')?.replaceAll('\\n', '\n') ?? null
  if (teamId === null) given.complain('TEAM_ID', 'missing')
  if (keyId === null) given.complain('KEY_ID', 'missing')
  if (pem === null || !isEcKey(pem))
    given.complain('PRIVATE_KEY', 'must be the .p8 file of the key, with \\n for line breaks')
  if (teamId === null || keyId === null || pem === null) return null
  return { kind: 'apple', teamId, keyId, privateKey: new Secret(pem) }
}

function isEcKey(pem: string): boolean {
  try {
    const key = createPrivateKey(pem)
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
  } catch {
    return false
  }
}

function readProtocol(given: Given, preset: Preset | null): ProviderProtocol | null {
  if (preset !== null) return presetProtocol(given, preset)
  if (given.value('AUTHORIZATION_URL') !== null) return readOAuth2(given)
  const issuer = readUrl(given, 'ISSUER')
  return issuer === null ? null : { kind: 'openid', issuer }
}

function presetProtocol(given: Given, { protocol, profile }: Preset): ProviderProtocol | null {
  const tenant = given.value('TENANT')
  if (profile !== 'microsoft' || tenant === null) return protocol
  if (!TENANT.test(tenant)) {
    given.complain('TENANT', 'must be common, organizations, consumers, or the id of a tenant')
    return null
  }
  return { kind: 'openid', issuer: `https://login.microsoftonline.com/${tenant}/v2.0` }
}

function readOAuth2(given: Given): ProviderProtocol | null {
  const authorizationUrl = readUrl(given, 'AUTHORIZATION_URL')
  const tokenUrl = readUrl(given, 'TOKEN_URL')
  const userinfoUrl = readUrl(given, 'USERINFO_URL')
  if (authorizationUrl === null || tokenUrl === null || userinfoUrl === null) return null
  return {
    kind: 'oauth2',
    issuer: given.value('ISSUER') ?? new URL(authorizationUrl).origin,
    authorizationUrl,
    tokenUrl,
    userinfoUrl,
    fields: {
      subject: given.value('SUBJECT_FIELD') ?? 'id',
      email: given.value('EMAIL_FIELD') ?? 'email',
      emailVerified: given.value('EMAIL_VERIFIED_FIELD'),
      name: given.value('NAME_FIELD') ?? 'name',
    },
  }
}

/** Codes and tokens go there: over https, but on this machine while somebody tries it out. */
function readUrl(given: Given, suffix: Suffix): string | null {
  const text = given.value(suffix)
  const url = text !== null && URL.canParse(text) ? new URL(text) : null
  const isSafe =
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && !given.isProduction && isLoopback(url.hostname))
  if (text !== null && url !== null && isSafe && url.username === '' && url.hash === '') return text
  given.complain(suffix, text === null ? 'missing' : 'must be an https URL')
  return null
}
