// The auth subgraph's settings: read once from the environment, every problem reported together.

import { isNetwork } from '@sallyport/claims/networks'
import { z } from 'zod'
import { languageNames } from '../../platform/language.ts'
import { LOG_LEVELS } from '../../platform/log-levels.ts'
import { parseVersionedSecret, type VersionedSecret } from './core/secret.ts'
import type { MailSettings } from './mail/templates.ts'

export interface AuthConfig {
  readonly isProduction: boolean
  readonly host: string
  readonly port: number
  /** Origin of the gateway as clients see it: issuer and audience of every token. */
  readonly publicUrl: string
  /** Where identity tokens' public keys are. Default: `${PUBLIC_URL}/.well-known/identity-jwks.json`. */
  readonly identityJwksUrl: string
  /** null: embedded PGlite under `dataDir`. */
  readonly databaseUrl: string | null
  readonly databasePoolSize: number
  /** null: attempts are counted in PostgreSQL alone. */
  readonly redisUrl: string | null
  /** Addresses and CIDR ranges that limits per network do not count; loopback outside production. */
  readonly throttleExempt: readonly string[]
  /** The gateways' own lists; auth knows them so that no admin shuts themselves out. */
  readonly addressRules: {
    readonly allow: readonly string[]
    readonly deny: readonly string[]
    readonly adminAllow: readonly string[]
  }
  readonly dataDir: string
  readonly mail: MailSettings & { readonly smtpUrl: string | null; readonly from: string }
  /** null: events reach consumers in this process alone. */
  readonly nats: { readonly url: string; readonly credentialsFile: string | null } | null
  /** The list of subgraphs, which says who holds personal data. */
  readonly supergraphPath: string
  readonly erasureDeadlineDays: number
  /** After this long a subgraph that has not answered is asked again. */
  readonly erasureRetryMinutes: number
  /** Full months of audit records that are kept beside the current one. */
  readonly auditRetentionMonths: number
  /** How long events that have left are kept for a replay. */
  readonly eventsRetentionDays: number
  readonly sessionVerification: 'always' | 'new-device' | 'off'
  readonly apiKeyVerification: 'always' | 'off'
  readonly accessTokenSeconds: number
  readonly refreshIdleDays: number
  readonly refreshAbsoluteDays: number
  readonly signingKeyDays: number
  readonly passwordHashCost: number
  readonly logLevel: string
  readonly secrets: AuthSecrets
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

const url = z.string().regex(/^https?:\/\/[^\s?#]+$/, 'must be an http(s) URL')
const origin = z.string().refine(isOrigin, 'must be an http(s) origin, without a path')
const networks = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  )
  .refine((items) => items.every(isNetwork), 'must be addresses or CIDR ranges, by comma')
const days = (fallback: number) => z.coerce.number().int().min(1).max(3650).default(fallback)

const environment = z.object({
  NODE_ENV: z.string().default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  AUTH_PORT: z.coerce.number().int().min(0).max(65_535).default(4001),
  PUBLIC_URL: origin.optional(),
  ACCOUNT_URL: url.optional(),
  IDENTITY_JWKS_URL: url.optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgresql://')
    .optional(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(2).max(200).default(20),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must start with redis:// or rediss://')
    .optional(),
  THROTTLE_EXEMPT: networks.optional(),
  ADDRESS_ALLOW: networks.optional(),
  ADDRESS_DENY: networks.optional(),
  ADMIN_ADDRESS_ALLOW: networks.optional(),
  EMBEDDED_DATABASE: z.enum(['allow']).optional(),
  DATA_DIR: z.string().default('./data'),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'must start with smtp:// or smtps://')
    .optional(),
  MAIL_FROM: z.string().optional(),
  MAIL_TEMPLATES: z.string().optional(),
  PRODUCT_NAME: z
    .string()
    .trim()
    .max(80)
    .refine((name) => !/\p{Cc}/u.test(name), 'must be one line')
    .default('Sallyport'),
  DEFAULT_LANGUAGE: z.enum(languageNames).default('en'),
  NATS_URL: z
    .string()
    .regex(
      /^(nats|tls):\/\/[^\s,/?#]+(\s*,\s*(nats|tls):\/\/[^\s,/?#]+)*$/,
      'must be nats:// or tls:// addresses, by comma',
    )
    .optional(),
  NATS_CREDENTIALS_FILE: z.string().optional(),
  EVENTS_RETENTION_DAYS: days(30),
  AUDIT_RETENTION_MONTHS: z.coerce.number().int().min(1).max(600).default(24),
  SUPERGRAPH_CONFIG: z.string().default('schema/supergraph.yaml'),
  ERASURE_DEADLINE_DAYS: days(30),
  ERASURE_RETRY_MINUTES: z.coerce.number().int().min(1).max(10_080).default(60),
  SESSION_VERIFICATION: z.enum(['always', 'new-device', 'off']).default('new-device'),
  API_KEY_VERIFICATION: z.enum(['always', 'off']).default('always'),
  ACCESS_TOKEN_MINUTES: z.coerce.number().int().min(1).max(60).default(10),
  REFRESH_IDLE_DAYS: days(14),
  REFRESH_ABSOLUTE_DAYS: days(30),
  SIGNING_KEY_DAYS: days(30),
  PASSWORD_HASH_COST: z.coerce.number().int().min(10).max(15).default(12),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
})

/**
 * @param env the environment; an empty value counts as absent
 * @throws Error that lists every problem, one a line
 */
export function readAuthConfig(env: Readonly<Record<string, string | undefined>>): AuthConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(given)
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  const secrets = readSecrets(given, problems)
  if (parsed.success) problems.push(...unsafeSettings(parsed.data))
  if (!parsed.success || secrets === null || problems.length > 0) {
    throw new Error(`The auth subgraph cannot start:\n- ${problems.join('\n- ')}`)
  }
  return toConfig(parsed.data, secrets)
}

function readSecrets(
  env: Record<string, string | undefined>,
  problems: string[],
): AuthSecrets | null {
  const secrets: Partial<Record<keyof AuthSecrets, VersionedSecret>> = {}
  for (const [key, name] of Object.entries(SECRET_NAMES)) {
    const text = env[name]
    if (text === undefined) {
      problems.push(`${name}: missing; make one with: echo "1:$(openssl rand -base64 32)"`)
      continue
    }
    const secret = parseVersionedSecret(name, text)
    if (typeof secret === 'string') problems.push(secret)
    else secrets[key as keyof AuthSecrets] = secret
  }
  return Object.keys(secrets).length === Object.keys(SECRET_NAMES).length
    ? (secrets as AuthSecrets)
    : null
}

function unsafeSettings(env: z.infer<typeof environment>): string[] {
  const isProduction = env.NODE_ENV === 'production'
  const problems: string[] = []
  if (isProduction && env.DATABASE_URL === undefined && env.EMBEDDED_DATABASE !== 'allow') {
    problems.push(
      'DATABASE_URL: missing; the embedded database has no fsync (EMBEDDED_DATABASE=allow accepts that)',
    )
  }
  if (isProduction && env.SMTP_URL === undefined) {
    problems.push('SMTP_URL: missing; codes are never written to files or logs in production')
  }
  if (isProduction && env.PUBLIC_URL === undefined) problems.push('PUBLIC_URL: missing')
  if (!isProduction && !isLoopback(env.HOST)) {
    problems.push(`HOST: ${env.HOST} is not loopback; set NODE_ENV=production to listen elsewhere`)
  }
  if (env.REFRESH_IDLE_DAYS > env.REFRESH_ABSOLUTE_DAYS) {
    problems.push('REFRESH_IDLE_DAYS: must not exceed REFRESH_ABSOLUTE_DAYS')
  }
  return problems
}

function isOrigin(text: string): boolean {
  if (!/^https?:/i.test(text) || !URL.canParse(text)) return false
  const { href, origin } = new URL(text)
  return href === `${origin}/`
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function toConfig(env: z.infer<typeof environment>, secrets: AuthSecrets): AuthConfig {
  // One spelling, the gateway's: any other is another issuer.
  const publicUrl = new URL(env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).origin
  return Object.freeze({
    isProduction: env.NODE_ENV === 'production',
    host: env.HOST,
    port: env.AUTH_PORT,
    publicUrl,
    identityJwksUrl: env.IDENTITY_JWKS_URL ?? `${publicUrl}/.well-known/identity-jwks.json`,
    databaseUrl: env.DATABASE_URL ?? null,
    databasePoolSize: env.DATABASE_POOL_SIZE,
    redisUrl: env.REDIS_URL ?? null,
    throttleExempt:
      env.THROTTLE_EXEMPT ?? (env.NODE_ENV === 'production' ? [] : ['127.0.0.0/8', '::1']),
    addressRules: {
      allow: env.ADDRESS_ALLOW ?? [],
      deny: env.ADDRESS_DENY ?? [],
      adminAllow: env.ADMIN_ADDRESS_ALLOW ?? [],
    },
    dataDir: env.DATA_DIR,
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
    supergraphPath: env.SUPERGRAPH_CONFIG,
    erasureDeadlineDays: env.ERASURE_DEADLINE_DAYS,
    erasureRetryMinutes: env.ERASURE_RETRY_MINUTES,
    auditRetentionMonths: env.AUDIT_RETENTION_MONTHS,
    eventsRetentionDays: env.EVENTS_RETENTION_DAYS,
    sessionVerification: env.SESSION_VERIFICATION,
    apiKeyVerification: env.API_KEY_VERIFICATION,
    accessTokenSeconds: env.ACCESS_TOKEN_MINUTES * 60,
    refreshIdleDays: env.REFRESH_IDLE_DAYS,
    refreshAbsoluteDays: env.REFRESH_ABSOLUTE_DAYS,
    signingKeyDays: env.SIGNING_KEY_DAYS,
    passwordHashCost: env.PASSWORD_HASH_COST,
    logLevel: env.LOG_LEVEL,
    secrets,
  })
}
