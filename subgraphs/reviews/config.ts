// The reviews subgraph's settings: read once from the environment, every problem reported together.
import { z } from 'zod'
import {
  databaseUrl,
  type Environment,
  httpAddress,
  natsUrls,
  port,
  publicUrlOf,
  readSettings,
  sharedSettings,
  unsafeShared,
} from '../../platform/settings.ts'

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

const shape = {
  ...sharedSettings,
  REVIEWS_PORT: port(4002),
  IDENTITY_JWKS_URL: httpAddress().optional(),
  DATABASE_URL: databaseUrl.optional(),
  REVIEWS_DATABASE_URL: databaseUrl.optional(),
  EMBEDDED_DATABASE: z.enum(['allow']).optional(),
  NATS_URL: natsUrls.optional(),
  NATS_CREDENTIALS_FILE: z.string().optional(),
  REVIEWS_NATS_URL: natsUrls.optional(),
  REVIEWS_NATS_CREDENTIALS_FILE: z.string().optional(),
}

/**
 * @param env An empty value counts as absent. Default: the process's environment.
 * @throws SettingsError that lists every problem, one a line.
 */
export function readReviewsConfig(env: Environment = process.env): ReviewsConfig {
  return toConfig(readSettings(env, { part: 'reviews subgraph', shape, check: unsafeSettings }))
}

function unsafeSettings(given: Environment): string[] {
  const problems = unsafeShared(given)
  const hasDatabase = given.REVIEWS_DATABASE_URL !== undefined || given.DATABASE_URL !== undefined
  if (given.NODE_ENV === 'production' && !hasDatabase && given.EMBEDDED_DATABASE !== 'allow') {
    problems.unshift(
      'REVIEWS_DATABASE_URL: missing; the embedded database has no fsync (EMBEDDED_DATABASE=allow accepts that)',
    )
  }
  return problems
}

function toConfig(env: z.infer<z.ZodObject<typeof shape>>): ReviewsConfig {
  const natsUrl = env.REVIEWS_NATS_URL ?? env.NATS_URL ?? null
  const credentialsFile = env.REVIEWS_NATS_CREDENTIALS_FILE ?? env.NATS_CREDENTIALS_FILE ?? null
  const publicUrl = publicUrlOf(env)
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
