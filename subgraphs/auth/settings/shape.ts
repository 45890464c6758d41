// Each setting of auth by itself: what it may be, and what it is when it is absent.
import { isNetwork } from '@sallyport/claims/networks'
import { z } from 'zod'
import { brandSettings } from '../../../platform/pages/brand.ts'
import { passkeyOrigins } from '../../../platform/passkey-origins.ts'
import {
  databaseUrl,
  days,
  httpAddress,
  list,
  natsUrls,
  oneOf,
  optionalPort,
  port,
  redisUrl,
  sharedSettings,
  startsWith,
  wholeNumber,
} from '../../../platform/settings.ts'
import { parseDay, parseTime } from '../../../platform/time.ts'
import { tracingShape } from '../../../platform/tracing/settings.ts'
import { readAnomalies } from '../anomalies/settings.ts'
import { CAPTCHA_SERVICES } from '../core/captcha/services.ts'
import type { Factor } from '../factors/factor.ts'
import { factors } from '../factors/factors.ts'
import { isReturnUrl } from '../factors/provider/return-url.ts'
import { tryParseEmail } from '../users/normalize-email.ts'

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
export const REGISTRATION_MODES = ['open', 'invite', 'domains', 'closed'] as const
const roleNames = list((name) => /^[\w:.-]{1,64}$/.test(name), 'the name of a role')
const day = z.string().transform((text, context) => {
  const time = parseDay(text) ?? parseTime(text)
  if (time !== null) return time
  context.addIssue('must be a day or a time, as 2030-01-31 or 2030-01-31T12:00:00Z')
  return z.NEVER
})
const domains = list((name) => domainOf(name) !== null, 'a domain, as example.com').transform(
  (names) => names.flatMap((name) => domainOf(name) ?? []),
)

/** An audience, as it is written (RFC 8707, section 2). */
function isResource(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && !text.includes('#')
}

export const shape = {
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
  PASSKEY_OFFER: oneOf(['off', 'after-password'], 'off'),
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

export type Read = z.infer<z.ZodObject<typeof shape>>

/** As e-mail addresses are normalised. null: no mail can be sent there. */
function domainOf(name: string): string | null {
  const [, domain] = tryParseEmail(`a@${name}`)?.normalized.split('@') ?? []
  return domain?.includes('.') ? domain : null
}
