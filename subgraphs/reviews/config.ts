// The reviews subgraph's settings: read once from the environment, every problem reported together.
import { z } from 'zod'
import { LOG_LEVELS } from '../../platform/log-levels.ts'

export interface ReviewsConfig {
  readonly isProduction: boolean
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Origin of the gateway as clients see it: the issuer of identity tokens. */
  readonly publicUrl: string
  /** Where the gateway publishes the keys of identity tokens. */
  readonly identityJwksUrl: string
  /** null: embedded PGlite under `dataDir`. */
  readonly databaseUrl: string | null
  readonly dataDir: string
  /** Where events come from. null: from auth in the same process, or not at all. */
  readonly nats: { readonly url: string; readonly credentialsFile: string | null } | null
  readonly logLevel: string
}

const url = z.string().regex(/^https?:\/\/[^\s?#]+$/, 'must be an http(s) URL')
const origin = z.string().refine(isOrigin, 'must be an http(s) origin, without a path')
const natsUrl = z
  .string()
  .regex(
    /^(nats|tls):\/\/[^\s,/?#]+(\s*,\s*(nats|tls):\/\/[^\s,/?#]+)*$/,
    'must be nats:// or tls:// addresses, by comma',
  )
const databaseUrl = z.string().regex(/^postgres(ql)?:\/\//, 'must start with postgresql://')

const environment = z.object({
  NODE_ENV: z.string().default('development'),
  HOST: z.string().default('127.0.0.1'),
  /** The gateway's. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  REVIEWS_PORT: z.coerce.number().int().min(0).max(65_535).default(4002),
  PUBLIC_URL: origin.optional(),
  IDENTITY_JWKS_URL: url.optional(),
  DATABASE_URL: databaseUrl.optional(),
  REVIEWS_DATABASE_URL: databaseUrl.optional(),
  EMBEDDED_DATABASE: z.enum(['allow']).optional(),
  DATA_DIR: z.string().default('./data'),
  NATS_URL: natsUrl.optional(),
  NATS_CREDENTIALS_FILE: z.string().optional(),
  REVIEWS_NATS_URL: natsUrl.optional(),
  REVIEWS_NATS_CREDENTIALS_FILE: z.string().optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
})

type Environment = z.infer<typeof environment>

/**
 * @param env An empty value counts as absent. Default: the process's environment.
 * @throws Error that lists every problem, one a line.
 */
export function readReviewsConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
): ReviewsConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(given)
  const problems = [
    ...(parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? []),
    ...unsafeSettings(given),
  ]
  if (!parsed.success || problems.length > 0) {
    throw new Error(`The reviews subgraph cannot start:\n- ${problems.join('\n- ')}`)
  }
  return toConfig(parsed.data)
}

function unsafeSettings(env: Readonly<Record<string, string | undefined>>): string[] {
  if (env.NODE_ENV !== 'production') {
    if (env.HOST === undefined || isLoopback(env.HOST)) return []
    return [`HOST: ${env.HOST} is not loopback; set NODE_ENV=production to listen elsewhere`]
  }
  const problems: string[] = []
  if (!env.REVIEWS_DATABASE_URL && !env.DATABASE_URL && env.EMBEDDED_DATABASE !== 'allow') {
    problems.push(
      'REVIEWS_DATABASE_URL: missing; the embedded database has no fsync (EMBEDDED_DATABASE=allow accepts that)',
    )
  }
  if (!env.PUBLIC_URL) problems.push('PUBLIC_URL: missing')
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

function toConfig(env: Environment): ReviewsConfig {
  const natsUrl = env.REVIEWS_NATS_URL ?? env.NATS_URL ?? null
  const credentialsFile = env.REVIEWS_NATS_CREDENTIALS_FILE ?? env.NATS_CREDENTIALS_FILE ?? null
  // One spelling, the gateway's: any other is another issuer.
  const publicUrl = new URL(env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).origin
  return Object.freeze({
    isProduction: env.NODE_ENV === 'production',
    host: env.HOST,
    port: env.REVIEWS_PORT,
    publicUrl,
    identityJwksUrl: env.IDENTITY_JWKS_URL ?? `${publicUrl}/.well-known/identity-jwks.json`,
    databaseUrl: env.REVIEWS_DATABASE_URL ?? env.DATABASE_URL ?? null,
    dataDir: env.DATA_DIR,
    nats: natsUrl === null ? null : { url: natsUrl, credentialsFile },
    logLevel: env.LOG_LEVEL,
  })
}
