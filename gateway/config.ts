// The gateway's settings: read from the environment once, checked together, frozen. Nothing else here sees `process.env`.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { isNetwork } from '@sallyport/claims/networks'
import type { JSONWebKeySet } from 'jose'
import { z } from 'zod'
import { type Brand, brandOf, brandSettings } from '../platform/pages/brand.ts'
import { passkeyOrigins, webOriginsOf } from '../platform/passkey-origins.ts'
import { Secret } from '../platform/secret.ts'
import {
  type Environment,
  httpUrl,
  isExactOrigin,
  list,
  natsUrls,
  oneOf,
  port,
  publicUrlOf,
  readSettings,
  redisUrl,
  sharedSettings,
  unsafeShared,
  wholeNumber,
} from '../platform/settings.ts'
import { type TracingSettings, tracingOf, tracingShape } from '../platform/tracing/settings.ts'
import type { AddressLists } from './authorize/address-rules.ts'
import type { EngineSettings } from './engine.ts'
import { parsePrivateKeySet } from './private-key-set.ts'

/** `role:<name>`: whoever holds that role. */
export type Introspection = 'development' | 'authenticated' | 'off' | `role:${string}`

export interface GatewayLimits {
  readonly headerBytes: number
  readonly bodyBytes: number
  readonly jsonDepth: number
  readonly jsonKeys: number
  readonly headersTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly executionTimeoutMs: number
  readonly drainMs: number
  /** How long answers say "close" before idle connections are closed. */
  readonly drainNoticeMs: number
  /** Event-loop lag beyond which requests are turned away; null outside production. */
  readonly maxLagMs: number | null
  /** After which a gateway is ready without having heard of auth: what is public is served. */
  readonly readyWithoutAuthMs: number
}

/** How many entries each cache keeps; the least recently used go first. */
export interface CacheSizes {
  readonly operations: number
  readonly tokens: number
  readonly apiKeys: number
}

export interface GatewayConfig {
  readonly isProduction: boolean
  readonly host: string
  readonly port: number
  /** Loopback unless set: what it tells is not for clients. */
  readonly adminHost: string
  readonly adminPort: number
  /** Processes that share the public port; each is a whole gateway. */
  readonly workers: number
  /** Origin that clients see; issuer and audience of access tokens, issuer of identity tokens. */
  readonly publicUrl: string
  /** How pages look, and where they lead back to. */
  readonly brand: Brand
  readonly authUrl: string
  readonly supergraphPath: string
  /** What `${NAME}` in the supergraph's YAML stands for. */
  readonly variables: Environment
  readonly trustedProxies: readonly string[]
  readonly corsOrigins: readonly string[]
  /** Pages that may use the passkeys of this deployment, `publicUrl` first. */
  readonly passkeyOrigins: readonly string[]
  /** Other services to sign in with; auth knows the rest. */
  readonly providers: readonly string[]
  readonly addressLists: AddressLists
  readonly introspection: Introspection
  readonly logLevel: string
  /** Null: nothing is traced. */
  readonly tracing: TracingSettings | null
  readonly accessTokenMaxSeconds: number
  readonly dataDir: string
  /** Null only outside production: then the keys live in DATA_DIR. */
  readonly identityKeys: Secret<JSONWebKeySet> | null
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null
  readonly limits: GatewayLimits
  readonly engine: EngineSettings
  /** Counts requests for all gateways together; null: each counts for itself. */
  readonly redisUrl: string | null
  readonly caches: CacheSizes
  readonly graph: GraphSettings
  /** Null: gateways share nothing. */
  readonly nats: NatsSettings | null
}

export interface GraphSettings {
  /** Where the graphs that were served are kept. */
  readonly dir: string
  /** How often addresses of SDLs and running subgraphs are asked. */
  readonly askEveryMs: number
  /** How often files are looked at. */
  readonly lookEveryMs: number
  /** What was asked for within it breaks somebody when it goes. */
  readonly usageMs: number
  /** For how long has to be counted before that says something; until then whatever breaks clients is held. */
  readonly usageKnownAfterMs: number
}

/** Where gateways tell each other what operators decided, and which subgraphs announced themselves. */
export interface NatsSettings {
  readonly url: string
  readonly credentialsFile: string | null
}

const defaultLimits: GatewayLimits = Object.freeze({
  headerBytes: 16 * 1024,
  bodyBytes: 1024 * 1024,
  jsonDepth: 32,
  jsonKeys: 10_000,
  headersTimeoutMs: 10_000,
  // Node looks once a second: a request that does not end is cut within 15 s.
  requestTimeoutMs: 14_000,
  executionTimeoutMs: 30_000,
  drainMs: 10_000,
  drainNoticeMs: 250,
  maxLagMs: null,
  readyWithoutAuthMs: 10_000,
})

const networks = list(isNetwork, 'an address or CIDR range').default([])

/** As auth reads it: each has pages under its name. */
const PROVIDER_NAME = /^[a-z][a-z0-9-]{0,29}$/

const shape = {
  ...sharedSettings,
  ...tracingShape,
  ADMIN_HOST: z.string().default('127.0.0.1'),
  ADMIN_PORT: port(9090),
  GATEWAY_WORKERS: z
    .string()
    .transform((text) => (text === 'auto' ? availableParallelism() : Number(text)))
    .refine(
      (count) => Number.isInteger(count) && count >= 1 && count <= 256,
      'must be "auto" or a whole number from 1 to 256',
    )
    .default(1),
  ...brandSettings,
  AUTH_URL: httpUrl().default('http://127.0.0.1:4001/graphql'),
  REVIEWS_URL: httpUrl().default('http://127.0.0.1:4002/graphql'),
  SUPERGRAPH_CONFIG: z.string().default('schema/supergraph.yaml'),
  TRUSTED_PROXIES: networks,
  PROVIDERS: list(
    (name) => PROVIDER_NAME.test(name),
    'a name of lower-case letters, digits and "-"',
  ).default([]),
  CORS_ORIGINS: list(isExactOrigin, 'an exact origin such as https://app.example.com').default([]),
  PASSKEY_ORIGINS: passkeyOrigins,
  ADDRESS_ALLOW: networks,
  ADDRESS_DENY: networks,
  ADMIN_ADDRESS_ALLOW: networks,
  INTROSPECTION: z
    .string()
    .default('development')
    .refine(isIntrospection, 'must be development, authenticated, off or role:<name>'),
  ACCESS_TOKEN_MINUTES: wholeNumber([1, 60], 10),
  IDENTITY_KEYS: z
    .string()
    .transform(parsePrivateKeySet)
    .refine(
      (keys) => keys !== null,
      'must be a private JWKS of ES256 (P-256) keys, each with a kid',
    )
    .optional(),
  TLS_CERT_FILE: z.string().optional(),
  TLS_KEY_FILE: z.string().optional(),
  REDIS_URL: redisUrl.optional(),
  MAX_BODY_BYTES: wholeNumber([1024, 100 * 1024 * 1024], defaultLimits.bodyBytes),
  ENGINE: oneOf(['stock', 'compiled'], 'compiled'),
  PLANNER: oneOf(['hive', 'apollo'], 'hive'),
  ENGINE_SHADOW: wholeNumber([0, 100], 0),
  GRAPH_DIR: z.string().optional(),
  GRAPH_USAGE_HOURS: wholeNumber([1, 24 * 90], 168),
  GATEWAY_NATS_URL: natsUrls.optional(),
  GATEWAY_NATS_CREDENTIALS_FILE: z.string().optional(),
  GRAPH_POLL_SECONDS: wholeNumber([1, 3600], 10),
  OPERATION_CACHE_SIZE: wholeNumber([1, 10_000_000], 2000),
  TOKEN_CACHE_SIZE: wholeNumber([1, 10_000_000], 20_000),
  API_KEY_CACHE_SIZE: wholeNumber([1, 10_000_000], 10_000),
}

function isIntrospection(text: string): text is Introspection {
  return ['development', 'authenticated', 'off'].includes(text) || /^role:[\w-]{1,64}$/.test(text)
}

/** @throws SettingsError that names every problem. */
export function readGatewayConfig(env: Environment = process.env): GatewayConfig {
  return toConfig(readSettings(env, { part: 'gateway', shape, check: unsafeSettings }), env)
}

function unsafeSettings(given: Environment): string[] {
  const problems = unsafeShared(given, ['HOST', 'ADMIN_HOST'])
  if (given.NODE_ENV === 'production' && given.IDENTITY_KEYS === undefined) {
    problems.push(
      'IDENTITY_KEYS: missing; a private JWKS of ES256 keys (docs/operators.md says how to make one)',
    )
  }
  if ((given.TLS_CERT_FILE === undefined) !== (given.TLS_KEY_FILE === undefined)) {
    problems.push('TLS_CERT_FILE: goes together with TLS_KEY_FILE')
  }
  return problems
}

function toConfig(read: z.infer<z.ZodObject<typeof shape>>, env: Environment): GatewayConfig {
  const isProduction = read.NODE_ENV === 'production'
  const publicUrl = publicUrlOf(read)
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = read
  return Object.freeze({
    isProduction,
    host: read.HOST,
    port: read.PORT,
    adminHost: read.ADMIN_HOST,
    adminPort: read.ADMIN_PORT,
    workers: read.GATEWAY_WORKERS,
    publicUrl,
    brand: brandOf(read, publicUrl),
    authUrl: read.AUTH_URL,
    supergraphPath: read.SUPERGRAPH_CONFIG,
    variables: { ...env, AUTH_URL: read.AUTH_URL, REVIEWS_URL: read.REVIEWS_URL },
    trustedProxies: read.TRUSTED_PROXIES,
    corsOrigins: read.CORS_ORIGINS,
    passkeyOrigins: webOriginsOf([publicUrl, ...read.PASSKEY_ORIGINS]),
    providers: read.PROVIDERS,
    addressLists: {
      allow: read.ADDRESS_ALLOW,
      deny: read.ADDRESS_DENY,
      adminAllow: read.ADMIN_ADDRESS_ALLOW,
    },
    introspection: read.INTROSPECTION,
    logLevel: read.LOG_LEVEL,
    tracing: tracingOf(read),
    accessTokenMaxSeconds: read.ACCESS_TOKEN_MINUTES * 60,
    dataDir: read.DATA_DIR,
    identityKeys: read.IDENTITY_KEYS ? new Secret(read.IDENTITY_KEYS) : null,
    tls: certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : null,
    limits: {
      ...defaultLimits,
      bodyBytes: read.MAX_BODY_BYTES,
      maxLagMs: isProduction ? 200 : null,
    },
    engine: {
      kind: read.ENGINE,
      planner: read.PLANNER,
      withoutAddon: isProduction ? ('stop' as const) : ('apollo' as const),
      shadowPercent: read.ENGINE_SHADOW,
    },
    redisUrl: read.REDIS_URL ?? null,
    caches: {
      operations: read.OPERATION_CACHE_SIZE,
      tokens: read.TOKEN_CACHE_SIZE,
      apiKeys: read.API_KEY_CACHE_SIZE,
    },
    graph: {
      dir: read.GRAPH_DIR ?? join(read.DATA_DIR, 'graph'),
      askEveryMs: read.GRAPH_POLL_SECONDS * 1000,
      lookEveryMs: 1000,
      usageMs: read.GRAPH_USAGE_HOURS * 60 * 60 * 1000,
      usageKnownAfterMs: 60 * 60 * 1000,
    },
    nats:
      read.GATEWAY_NATS_URL === undefined
        ? null
        : {
            url: read.GATEWAY_NATS_URL,
            credentialsFile: read.GATEWAY_NATS_CREDENTIALS_FILE ?? null,
          },
  })
}
