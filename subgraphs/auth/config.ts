// The auth subgraph's settings: read once from the environment, every problem reported together.

import { isNetwork } from '@sallyport/claims/networks'
import { z } from 'zod'
import { type Brand, brandOf, brandSettings } from '../../platform/pages/brand.ts'
import { passkeyOrigins } from '../../platform/passkey-origins.ts'
import { Secret } from '../../platform/secret.ts'
import {
  databaseUrl,
  days,
  type Environment,
  httpAddress,
  list,
  natsUrls,
  oneOf,
  optionalPort,
  port,
  publicUrlOf,
  readSettings,
  redisUrl,
  sharedSettings,
  startsWith,
  unsafeShared,
  wholeNumber,
} from '../../platform/settings.ts'
import { type TracingSettings, tracingOf, tracingShape } from '../../platform/tracing/settings.ts'
import { type AnomalySettings, readAnomalies } from './anomalies/settings.ts'
import { CAPTCHA_SERVICES, type CaptchaSettings } from './core/captcha/services.ts'
import { type EventType, eventTypes } from './core/events/types.ts'
import { parseVersionedSecret, type VersionedSecret } from './core/secret.ts'
import type { Factor } from './factors/factor.ts'
import { factors } from './factors/factors.ts'
import type { ProviderSettings } from './factors/provider/protocol.ts'
import { readProviders } from './factors/provider/read-providers.ts'
import { isReturnUrl } from './factors/provider/return-url.ts'
import type { MailSettings } from './mail/templates.ts'
import { type FileClient, readClientsFile } from './oauth-clients/clients-file.ts'
import { tryParseEmail } from './users/normalize-email.ts'
import { readWebhookTargets, type WebhookTarget } from './webhooks/targets.ts'

export interface AuthConfig {
  readonly isProduction: boolean
  readonly host: string
  readonly port: number
  /** Where metrics are; null: at `port`, beside what gateways ask. */
  readonly admin: { readonly host: string; readonly port: number } | null
  /** Origin of the gateway as clients see it: issuer and audience of every token. */
  readonly publicUrl: string
  /** Where identity tokens' public keys are. Default: `${PUBLIC_URL}/.well-known/identity-jwks.json`. */
  readonly identityJwksUrl: string
  /** null: embedded PGlite under `dataDir`. */
  readonly databaseUrl: string | null
  readonly databasePoolSize: number
  /** null: attempts are counted in PostgreSQL alone. */
  readonly redisUrl: string | null
  /** Network addresses and CIDR ranges that limits per network do not count; loopback outside production. */
  readonly throttleExempt: readonly string[]
  /** The gateways' own lists; auth knows them so that no admin shuts themselves out. */
  readonly addressRules: {
    readonly allow: readonly string[]
    readonly deny: readonly string[]
    readonly adminAllow: readonly string[]
  }
  readonly dataDir: string
  /** How pages look, and where they lead back to. */
  readonly brand: Brand
  /** Where people may be sent to after they have signed in: whole URLs, each as it stands. */
  readonly returnTo: readonly string[]
  readonly mail: MailSettings & { readonly smtpUrl: string | null; readonly from: string }
  /** null: events reach consumers in this process alone. */
  readonly nats: { readonly url: string; readonly credentialsFile: string | null } | null
  readonly webhooks: {
    readonly targets: readonly WebhookTarget[]
    /** Private networks in which targets may be; loopback outside production. */
    readonly allow: readonly string[]
  }
  readonly oauth: {
    /** Audiences beside this deployment that every client may ask tokens for. */
    readonly resources: readonly string[]
    /** What apps may have that register themselves; null: none may. */
    readonly registration: { readonly scopes: readonly string[] } | null
    /** Whether an app's id may be the URL of a document about it. */
    readonly metadataDocuments: boolean
    /** What apps may have that no admin registered. */
    readonly strangerScopes: readonly string[]
  }
  /** Of OAUTH_CLIENTS_FILE; null: there is none, and nothing is said of clients. */
  readonly oauthClients: readonly FileClient[] | null
  /** The list of subgraphs, which says who holds personal data. */
  readonly supergraphPath: string
  readonly erasureDeadlineDays: number
  /** After this long a subgraph that has not answered is asked again. */
  readonly erasureRetryMinutes: number
  /** Full months of audit records that are kept beside the current one. */
  readonly auditRetentionMonths: number
  /** How long events that have left are kept for a replay. */
  readonly eventsRetentionDays: number
  /** Which ways in may begin a sign-in, by the names that factors have there. */
  readonly signInMethods: readonly string[]
  readonly anomalies: { readonly actions: AnomalySettings; readonly staleDays: number }
  /** Where networks are, in MaxMind's format; null: nobody knows. */
  readonly geoipFile: string | null
  /** null: nobody is asked for one. */
  readonly captcha: CaptchaSettings | null
  /** Other services to sign in with. */
  readonly providers: readonly ProviderSettings[]
  /** Private networks in which they may be; loopback outside production. */
  readonly providerAllow: readonly string[]
  /** Where they may send people back to, beside the callback of the hosted pages; letter by letter. */
  readonly providerReturnTo: readonly string[]
  readonly passkeys: {
    /** The host, or a domain above it, that passkeys belong to. */
    readonly rpId: string
    /** Pages and apps that may ask for them, `publicUrl` first. */
    readonly origins: readonly string[]
  }
  readonly registration: RegistrationMode
  /** With `domains`: which e-mail addresses may register, as they are normalised. */
  readonly registrationDomains: readonly string[]
  readonly sessionVerification: 'always' | 'new-device' | 'off'
  readonly mfa: MfaPolicy
  /** For how long a device may be remembered; 0: never. */
  readonly rememberDeviceDays: number
  readonly apiKeyVerification: 'always' | 'off'
  readonly accessTokenSeconds: number
  readonly refreshIdleDays: number
  readonly refreshAbsoluteDays: number
  readonly signingKeyDays: number
  readonly passwordHashCost: number
  readonly logLevel: string
  /** Null: nothing is traced. */
  readonly tracing: TracingSettings | null
  readonly secrets: AuthSecrets
}

export interface MfaPolicy {
  /** `off`: nobody adds a further factor; those that people hold are asked for all the same. */
  readonly mode: 'off' | 'optional' | 'required'
  /** With `required`: roles whose people need one. null: everybody. */
  readonly requiredRoles: readonly string[] | null
  /** With `required`: from when on. null: since ever. */
  readonly requiredFrom: Date | null
}

export interface AuthSecrets {
  readonly passwordPepper: VersionedSecret
  readonly codeKey: VersionedSecret
  readonly apiKeyPepper: VersionedSecret
  readonly keyEncryptionKey: VersionedSecret
}

const SECRET_NAMES = {
  passwordPepper: 'PASSWORD_PEPPER',
  codeKey: 'CODE_KEY',
  apiKeyPepper: 'API_KEY_PEPPER',
  keyEncryptionKey: 'KEY_ENCRYPTION_KEY',
} as const

const LOOPBACK: readonly string[] = ['127.0.0.0/8', '::1']
const networks = list(isNetwork, 'a network address or CIDR range')
/** Those that exist and may begin a sign-in. */
const all: readonly Factor[] = Object.values(factors)
const waysIn: readonly string[] = all.flatMap(({ offeredAs }) => offeredAs ?? [])
const returnAddresses = list(
  (text) => /^https?:/.test(text) && URL.canParse(text) && new URL(text).href === text,
  'a whole http or https URL, spelled as browsers do (https://app.example.com/)',
)
const signInMethods = list((name) => waysIn.includes(name), `one of ${waysIn.join(', ')}`).refine(
  (names) => names.length > 0,
  `must have at least one of ${waysIn.join(', ')}`,
)
const REGISTRATION_MODES = ['open', 'invite', 'domains', 'closed'] as const
export type RegistrationMode = (typeof REGISTRATION_MODES)[number]
const roleNames = list((name) => /^[\w:.-]{1,64}$/.test(name), 'the name of a role')
const day = z
  .string()
  .refine(
    (text) => /^\d{4}-\d{2}-\d{2}(T[\d:.]{5,12}Z)?$/.test(text) && isOfCalendar(text),
    'must be a day or a time, as 2030-01-31 or 2030-01-31T12:00:00Z',
  )
  .transform((text) => new Date(text))
const domains = list((name) => domainOf(name) !== null, 'a domain, as example.com').transform(
  (names) => names.flatMap((name) => domainOf(name) ?? []),
)

/** An audience, as it is written (RFC 8707, section 2). */
function isResource(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && !text.includes('#')
}

const shape = {
  ...sharedSettings,
  ...tracingShape,
  AUTH_PORT: port(4001),
  AUTH_ADMIN_PORT: optionalPort,
  ADMIN_HOST: z.string().default('127.0.0.1'),
  ACCOUNT_URL: httpAddress().optional(),
  IDENTITY_JWKS_URL: httpAddress().optional(),
  DATABASE_URL: databaseUrl.optional(),
  DATABASE_POOL_SIZE: wholeNumber([2, 200], 20),
  REDIS_URL: redisUrl.optional(),
  THROTTLE_EXEMPT: networks.optional(),
  ADDRESS_ALLOW: networks.default([]),
  ADDRESS_DENY: networks.default([]),
  ADMIN_ADDRESS_ALLOW: networks.default([]),
  EMBEDDED_DATABASE: z.enum(['allow']).optional(),
  SMTP_URL: startsWith('smtp://', 'smtps://').optional(),
  MAIL_FROM: z.string().optional(),
  MAIL_TEMPLATES: z.string().optional(),
  ...brandSettings,
  SIGN_IN_RETURN_TO: returnAddresses.default([]),
  NATS_URL: natsUrls.optional(),
  NATS_CREDENTIALS_FILE: z.string().optional(),
  WEBHOOK_URLS: z.string().optional(),
  WEBHOOK_SECRETS: z.string().optional(),
  WEBHOOK_TYPES: z.string().optional(),
  WEBHOOK_ALLOW: networks.optional(),
  OAUTH_CLIENTS_FILE: z.string().optional(),
  OAUTH_REGISTRATION: oneOf(['off', 'open'], 'off'),
  OAUTH_METADATA_DOCUMENTS: oneOf(['off', 'on'], 'off'),
  OAUTH_REGISTRATION_SCOPES: list(
    (text) => /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/.test(text),
    'a scope',
  ).default(['openid', 'profile', 'email', 'offline_access', 'graph']),
  OAUTH_RESOURCES: list(isResource, 'an https URL without a fragment').default([]),
  EVENTS_RETENTION_DAYS: days(30),
  AUDIT_RETENTION_MONTHS: wholeNumber([1, 600], 24),
  SUPERGRAPH_CONFIG: z.string().default('schema/supergraph.yaml'),
  ERASURE_DEADLINE_DAYS: days(30),
  ERASURE_RETRY_MINUTES: wholeNumber([1, 10_080], 60),
  SIGN_IN_METHODS: signInMethods.default([...waysIn]),
  ANOMALIES: z
    .string()
    .default('')
    .transform((text, context) => {
      const read = readAnomalies(text)
      if (typeof read !== 'string') return read
      context.addIssue(read)
      return z.NEVER
    }),
  ANOMALY_STALE_DAYS: days(180),
  GEOIP_FILE: z.string().optional(),
  CAPTCHA: oneOf(['off', ...CAPTCHA_SERVICES], 'off'),
  CAPTCHA_SITE_KEY: z.string().max(200).optional(),
  CAPTCHA_SECRET: z.string().optional(),
  PROVIDERS: z.string().optional(),
  PROVIDER_ALLOW: networks.optional(),
  PROVIDER_RETURN_TO: list(isReturnUrl, 'an https URL, or one of an app, without ? and #').default(
    [],
  ),
  PASSKEY_RP_ID: z
    .string()
    .regex(/^[a-z0-9.-]{1,253}$/, 'must be a host name in lower case')
    .optional(),
  PASSKEY_ORIGINS: passkeyOrigins,
  REGISTRATION: oneOf(REGISTRATION_MODES, 'open'),
  REGISTRATION_DOMAINS: domains.default([]),
  SESSION_VERIFICATION: oneOf(['always', 'new-device', 'off'], 'new-device'),
  MFA: oneOf(['off', 'optional', 'required'], 'optional'),
  MFA_REQUIRED_ROLES: roleNames.optional(),
  MFA_REQUIRED_FROM: day.optional(),
  REMEMBER_DEVICE_DAYS: wholeNumber([0, 365], 0),
  API_KEY_VERIFICATION: oneOf(['always', 'off'], 'always'),
  ACCESS_TOKEN_MINUTES: wholeNumber([1, 60], 10),
  REFRESH_IDLE_DAYS: days(14),
  REFRESH_ABSOLUTE_DAYS: days(30),
  SIGNING_KEY_DAYS: days(30),
  PASSWORD_HASH_COST: wholeNumber([10, 15], 12),
}

/**
 * @param env the environment; an empty value counts as absent
 * @throws SettingsError that lists every problem, one a line
 */
export function readAuthConfig(env: Environment): AuthConfig {
  const secrets = readSecrets(env)
  const providers = readProviders(env)
  const read = readSettings(env, {
    part: 'auth subgraph',
    shape,
    check: (given, settings) => [
      ...secrets.problems,
      ...providers.problems,
      ...unsafeSettings(given, settings),
    ],
  })
  const { clients } = readClientsFile(read.OAUTH_CLIENTS_FILE, env)
  return toConfig(read, {
    secrets: secrets.found as AuthSecrets,
    providers: providers.providers,
    oauthClients: read.OAUTH_CLIENTS_FILE === undefined ? null : clients,
  })
}

/** `found` is whole when there are no problems. */
function readSecrets(env: Environment) {
  const found: Partial<Record<keyof AuthSecrets, VersionedSecret>> = {}
  const problems: string[] = []
  for (const [key, name] of Object.entries(SECRET_NAMES)) {
    const text = env[name]
    if (!text) {
      problems.push(`${name}: missing; make one with: echo "1:$(openssl rand -base64 32)"`)
      continue
    }
    const secret = parseVersionedSecret(name, text)
    if (typeof secret === 'string') problems.push(secret)
    else found[key as keyof AuthSecrets] = secret
  }
  return { found, problems }
}

function unsafeSettings(given: Environment, read: Read | null): string[] {
  const problems: string[] = []
  const isProduction = given.NODE_ENV === 'production'
  if (isProduction && given.DATABASE_URL === undefined && given.EMBEDDED_DATABASE !== 'allow') {
    problems.push(
      'DATABASE_URL: missing; the embedded database has no fsync (EMBEDDED_DATABASE=allow accepts that)',
    )
  }
  if (isProduction && given.SMTP_URL === undefined) {
    problems.push('SMTP_URL: missing; codes are never written to files or logs in production')
  }
  problems.push(...unsafeShared(given, ['HOST', 'ADMIN_HOST']))
  if (read !== null)
    problems.push(
      ...unfitDomains(read),
      ...unfitMfa(read),
      ...unfitRpId(read),
      ...unfitCaptcha(read),
      ...webhooksOf(read).problems,
    )
  problems.push(...readClientsFile(given.OAUTH_CLIENTS_FILE, given).problems)
  if (read !== null && read.REFRESH_IDLE_DAYS > read.REFRESH_ABSOLUTE_DAYS) {
    problems.push('REFRESH_IDLE_DAYS: must not exceed REFRESH_ABSOLUTE_DAYS')
  }
  return problems
}

function unfitDomains({ REGISTRATION, REGISTRATION_DOMAINS }: Read): string[] {
  const hasDomains = REGISTRATION_DOMAINS.length > 0
  if (REGISTRATION === 'domains' && !hasDomains) {
    return ['REGISTRATION_DOMAINS: missing; REGISTRATION=domains needs at least one']
  }
  if (REGISTRATION !== 'domains' && hasDomains) {
    return ['REGISTRATION_DOMAINS: only REGISTRATION=domains reads it; set that as well']
  }
  return []
}

function unfitMfa({ MFA, MFA_REQUIRED_ROLES, MFA_REQUIRED_FROM }: Read): string[] {
  if (MFA === 'required') return []
  const unread = { MFA_REQUIRED_ROLES, MFA_REQUIRED_FROM }
  return Object.entries(unread)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `${name}: only MFA=required reads it; set that as well`)
}

function unfitCaptcha(read: Read): string[] {
  if (read.CAPTCHA === 'off') return []
  return (['CAPTCHA_SITE_KEY', 'CAPTCHA_SECRET'] as const)
    .filter((name) => read[name] === undefined)
    .map((name) => `${name}: missing; CAPTCHA=${read.CAPTCHA} needs it`)
}

function captchaOf({ CAPTCHA, CAPTCHA_SITE_KEY, CAPTCHA_SECRET }: Read): CaptchaSettings | null {
  if (CAPTCHA === 'off' || CAPTCHA_SITE_KEY === undefined || CAPTCHA_SECRET === undefined)
    return null
  return { service: CAPTCHA, siteKey: CAPTCHA_SITE_KEY, secret: new Secret(CAPTCHA_SECRET) }
}

function unfitRpId(read: Read): string[] {
  const { hostname } = new URL(publicUrlOf(read))
  const rpId = read.PASSKEY_RP_ID ?? hostname
  if (hostname === rpId || hostname.endsWith(`.${rpId}`)) return []
  return ['PASSKEY_RP_ID: must be the host of PUBLIC_URL, or a domain above it']
}

function webhooksOf(env: Read) {
  return readWebhookTargets({
    urls: env.WEBHOOK_URLS,
    secrets: env.WEBHOOK_SECRETS,
    types: env.WEBHOOK_TYPES,
    allow: webhookNetworks(env),
    isProduction: env.NODE_ENV === 'production',
    knownTypes: Object.keys(eventTypes) as EventType[],
  })
}

function webhookNetworks({ WEBHOOK_ALLOW, NODE_ENV }: Read): readonly string[] {
  return WEBHOOK_ALLOW ?? (NODE_ENV === 'production' ? [] : LOOPBACK)
}

/** As e-mail addresses are normalised. null: no mail can be sent there. */
function domainOf(name: string): string | null {
  const [, domain] = tryParseEmail(`a@${name}`)?.normalized.split('@') ?? []
  return domain?.includes('.') ? domain : null
}

/** `Date` takes 30 February for 2 March. */
function isOfCalendar(text: string): boolean {
  const time = Date.parse(text)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text.slice(0, 10))
}

type Read = z.infer<z.ZodObject<typeof shape>>

function toConfig(
  env: Read,
  { secrets, oauthClients, providers }: Pick<AuthConfig, 'secrets' | 'oauthClients' | 'providers'>,
): AuthConfig {
  const publicUrl = publicUrlOf(env)
  return Object.freeze({
    isProduction: env.NODE_ENV === 'production',
    host: env.HOST,
    port: env.AUTH_PORT,
    admin:
      env.AUTH_ADMIN_PORT === undefined
        ? null
        : { host: env.ADMIN_HOST, port: env.AUTH_ADMIN_PORT },
    publicUrl,
    identityJwksUrl: env.IDENTITY_JWKS_URL ?? `${publicUrl}/.well-known/identity-jwks.json`,
    databaseUrl: env.DATABASE_URL ?? null,
    databasePoolSize: env.DATABASE_POOL_SIZE,
    redisUrl: env.REDIS_URL ?? null,
    throttleExempt: env.THROTTLE_EXEMPT ?? (env.NODE_ENV === 'production' ? [] : LOOPBACK),
    addressRules: {
      allow: env.ADDRESS_ALLOW,
      deny: env.ADDRESS_DENY,
      adminAllow: env.ADMIN_ADDRESS_ALLOW,
    },
    dataDir: env.DATA_DIR,
    brand: brandOf(env, publicUrl),
    returnTo: env.SIGN_IN_RETURN_TO,
    mail: {
      smtpUrl: env.SMTP_URL ?? null,
      from: env.MAIL_FROM ?? `"${env.PRODUCT_NAME.replaceAll('"', "'")}" <no-reply@localhost>`,
      productName: env.PRODUCT_NAME,
      // The gateway serves these pages, unless somebody else does.
      accountUrl: (env.ACCOUNT_URL ?? `${publicUrl}/account`).replace(/(?<!\/)\/+$/, ''),
      defaultLanguage: env.DEFAULT_LANGUAGE,
      templatesFolder: env.MAIL_TEMPLATES ?? null,
    },
    nats:
      env.NATS_URL === undefined
        ? null
        : { url: env.NATS_URL, credentialsFile: env.NATS_CREDENTIALS_FILE ?? null },
    webhooks: { targets: webhooksOf(env).targets, allow: webhookNetworks(env) },
    oauth: {
      resources: env.OAUTH_RESOURCES,
      metadataDocuments: env.OAUTH_METADATA_DOCUMENTS === 'on',
      strangerScopes: env.OAUTH_REGISTRATION_SCOPES,
      registration:
        env.OAUTH_REGISTRATION === 'open' ? { scopes: env.OAUTH_REGISTRATION_SCOPES } : null,
    },
    oauthClients,
    supergraphPath: env.SUPERGRAPH_CONFIG,
    erasureDeadlineDays: env.ERASURE_DEADLINE_DAYS,
    erasureRetryMinutes: env.ERASURE_RETRY_MINUTES,
    auditRetentionMonths: env.AUDIT_RETENTION_MONTHS,
    eventsRetentionDays: env.EVENTS_RETENTION_DAYS,
    signInMethods: env.SIGN_IN_METHODS,
    providers,
    anomalies: { actions: env.ANOMALIES, staleDays: env.ANOMALY_STALE_DAYS },
    geoipFile: env.GEOIP_FILE ?? null,
    captcha: captchaOf(env),
    providerAllow: env.PROVIDER_ALLOW ?? (env.NODE_ENV === 'production' ? [] : LOOPBACK),
    providerReturnTo: env.PROVIDER_RETURN_TO,
    passkeys: {
      rpId: env.PASSKEY_RP_ID ?? new URL(publicUrl).hostname,
      origins: [publicUrl, ...env.PASSKEY_ORIGINS],
    },
    registration: env.REGISTRATION,
    registrationDomains: env.REGISTRATION_DOMAINS,
    sessionVerification: env.SESSION_VERIFICATION,
    rememberDeviceDays: env.REMEMBER_DEVICE_DAYS,
    mfa: {
      mode: env.MFA,
      requiredRoles: env.MFA_REQUIRED_ROLES ?? null,
      requiredFrom: env.MFA_REQUIRED_FROM ?? null,
    },
    apiKeyVerification: env.API_KEY_VERIFICATION,
    accessTokenSeconds: env.ACCESS_TOKEN_MINUTES * 60,
    refreshIdleDays: env.REFRESH_IDLE_DAYS,
    refreshAbsoluteDays: env.REFRESH_ABSOLUTE_DAYS,
    signingKeyDays: env.SIGNING_KEY_DAYS,
    passwordHashCost: env.PASSWORD_HASH_COST,
    logLevel: env.LOG_LEVEL,
    tracing: tracingOf(env),
    secrets,
  })
}
