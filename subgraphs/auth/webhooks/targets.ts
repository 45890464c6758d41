// Who is told of events over HTTP: WEBHOOK_URLS, WEBHOOK_SECRETS and WEBHOOK_TYPES, each a list of name=value.
import { isIP } from 'node:net'
import { Secret } from '../../../platform/secret.ts'
import { createAddressCheck, hostOf } from '../core/allowed-address.ts'

export interface WebhookTarget {
  readonly name: string
  readonly url: URL
  /** Each signs, so that a receiver may know any one of them. */
  readonly secrets: readonly Secret<Buffer>[]
  /** null: all of them. */
  readonly types: readonly string[] | null
}

export interface WebhookSettings {
  readonly urls: string | undefined
  readonly secrets: string | undefined
  readonly types: string | undefined
  /** Private networks in which targets may be. */
  readonly allow: readonly string[]
  readonly isProduction: boolean
  /** Every type of event that there is. */
  readonly knownTypes: readonly string[]
}

const NAME = /^[a-z][a-z0-9-]{0,39}$/
/** The specification: 24 to 64 random bytes. */
const SECRET = /^whsec_([A-Za-z0-9+/]{32,86}={0,2})$/

/** No problem has a secret in it, nor an address with its parameters. */
export function readWebhookTargets(settings: WebhookSettings): {
  readonly targets: readonly WebhookTarget[]
  readonly problems: readonly string[]
} {
  const problems: string[] = []
  const urls = pairsOf(settings.urls)
  const secrets = pairsOf(settings.secrets)
  const types = pairsOf(settings.types)
  const targets = urls.flatMap(({ name, value }) => {
    const url = targetUrl({ name, value }, settings, problems)
    const own = valuesOf(secrets, name).map(secretOf)
    if (own.length === 0 || own.includes(null)) {
      problems.push(
        `WEBHOOK_SECRETS: ${own.length === 0 ? 'none' : 'one that is not a secret'} for "${name}"; make one with: echo "${name}=whsec_$(openssl rand -base64 32)"`,
      )
    }
    const wanted = valuesOf(types, name)
    return url === null
      ? []
      : [
          {
            name,
            url,
            secrets: own.filter((secret) => secret !== null),
            types: wanted.length === 0 ? null : wanted,
          },
        ]
  })
  const names = urls.map(({ name }) => name)
  if (new Set(names).size < names.length) problems.push('WEBHOOK_URLS: a name is there twice')
  for (const [setting, pairs] of [
    ['WEBHOOK_SECRETS', secrets],
    ['WEBHOOK_TYPES', types],
  ] as const) {
    if (pairs.some(({ name }) => !names.includes(name)))
      problems.push(`${setting}: has a name that WEBHOOK_URLS does not have`)
  }
  const unknown = types.find(({ value }) => !settings.knownTypes.includes(value))
  if (unknown !== undefined)
    problems.push(`WEBHOOK_TYPES: there is no event of type "${unknown.value}"`)
  return { targets, problems }
}

function targetUrl(
  { name, value }: Pair,
  { allow, isProduction }: WebhookSettings,
  problems: string[],
): URL | null {
  const url = URL.canParse(value) ? new URL(value) : null
  const isRight =
    url !== null &&
    ['http:', 'https:'].includes(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.hash === ''
  if (!NAME.test(name) || !isRight) {
    problems.push(
      'WEBHOOK_URLS: must read "name=https://…", by comma, without a user, a password and #; a name has lower-case letters, digits and "-"',
    )
    return null
  }
  if (isProduction && url.protocol !== 'https:')
    problems.push(`WEBHOOK_URLS: "${name}" is not https, which production needs`)
  const host = hostOf(url)
  if (isIP(host) !== 0 && !createAddressCheck(allow)(host))
    problems.push(
      `WEBHOOK_URLS: "${name}" is at a private network address; WEBHOOK_ALLOW may list it`,
    )
  return url
}

interface Pair {
  readonly name: string
  readonly value: string
}

function pairsOf(text: string | undefined): Pair[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
    .map((item) => {
      const at = item.indexOf('=')
      return { name: item.slice(0, Math.max(at, 0)), value: item.slice(at + 1) }
    })
}

function valuesOf(pairs: readonly Pair[], wanted: string): string[] {
  return pairs.filter(({ name }) => name === wanted).map(({ value }) => value)
}

function secretOf(text: string): Secret<Buffer> | null {
  const bytes = Buffer.from(SECRET.exec(text)?.[1] ?? '', 'base64')
  return bytes.length < 24 || bytes.length > 64 || new Set(bytes).size < 8
    ? null
    : new Secret(bytes)
}
