// The auth subgraph's settings: read once from the environment, every problem reported together.
import { type Brand, brandOf } from '../../platform/pages/brand.ts'
import { Secret } from '../../platform/secret.ts'
import { type Environment, publicUrlOf, readSettings } from '../../platform/settings.ts'
import { type TracingSettings, tracingOf } from '../../platform/tracing/settings.ts'
import type { AnomalySettings } from './anomalies/settings.ts'
import type { CaptchaSettings } from './core/captcha/services.ts'
import type { VersionedSecret } from './core/secret.ts'
import type { ProviderSettings } from './factors/provider/protocol.ts'
import { readProviders } from './factors/provider/read-providers.ts'
import type { MailSettings } from './mail/templates.ts'
import { type ClientsFile, readClientsFile } from './oauth-clients/clients-file.ts'
import { readSecrets } from './settings/secrets.ts'
import { type REGISTRATION_MODES, type Read, shape } from './settings/shape.ts'
import { unsafeSettings } from './settings/unsafe.ts'
import { LOOPBACK, webhookNetworks, webhooksOf } from './settings/webhooks.ts'
import type { WebhookTarget } from './webhooks/targets.ts'

export type RegistrationMode = (typeof REGISTRATION_MODES)[number]

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
  readonly oauthClients: ClientsFile | null
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
  /** When the hosted pages offer a passkey to somebody who has none. */
  readonly passkeyOffer: 'off' | 'after-password'
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
  const { version, clients } = readClientsFile(read.OAUTH_CLIENTS_FILE, env)
  return toConfig(read, {
    secrets: secrets.found as AuthSecrets,
    providers: providers.providers,
    oauthClients: read.OAUTH_CLIENTS_FILE === undefined ? null : { version, clients },
  })
}

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
    passkeyOffer: env.PASSKEY_OFFER,
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

function captchaOf({ CAPTCHA, CAPTCHA_SITE_KEY, CAPTCHA_SECRET }: Read): CaptchaSettings | null {
  if (CAPTCHA === 'off' || CAPTCHA_SITE_KEY === undefined || CAPTCHA_SECRET === undefined)
    return null
  return { service: CAPTCHA, siteKey: CAPTCHA_SITE_KEY, secret: new Secret(CAPTCHA_SECRET) }
}
