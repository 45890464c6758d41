// The gateway's settings: read from the environment once, checked together, frozen. Nothing else here sees `process.env`.
import type { JSONWebKeySet } from 'jose'
import { type Language, languageNames } from '../platform/language.ts'
import { LOG_LEVELS } from '../platform/log-levels.ts'
import type { AddressLists } from './authorize/address-rules.ts'
import type { EngineSettings } from './engine.ts'
import type { Secret } from './secret.ts'
import { createReader } from './settings-reader.ts'

export type Environment = Readonly<Record<string, string | undefined>>
export type Introspection = 'development' | 'authenticated' | 'off'

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
  /** What the pages of the account call the service. */
  readonly productName: string
  /** Where these pages lead back to. Default: `PUBLIC_URL`. */
  readonly homeUrl: string
  /** Of a page whose reader's browser asks for none of ours. */
  readonly defaultLanguage: Language
  readonly authUrl: string
  readonly supergraphPath: string
  /** What `${NAME}` in the supergraph's YAML stands for. */
  readonly variables: Environment
  readonly trustedProxies: readonly string[]
  readonly corsOrigins: readonly string[]
  readonly addressLists: AddressLists
  readonly introspection: Introspection
  readonly logLevel: string
  readonly accessTokenMaxSeconds: number
  readonly dataDir: string
  /** Null only outside production: then the keys live in DATA_DIR. */
  readonly identityKeys: Secret<JSONWebKeySet> | null
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null
  readonly limits: GatewayLimits
  readonly engine: EngineSettings
  readonly caches: CacheSizes
}

export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The gateway cannot start:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
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
})

/** Reads the gateway's settings; throws one `ConfigError` that names every problem. */
export function readGatewayConfig(env: Environment = process.env): GatewayConfig {
  const problems: string[] = []
  const read = createReader(env, problems)
  const isProduction = env.NODE_ENV === 'production'
  const port = read.port('PORT', 4000)
  const authUrl = read.url('AUTH_URL', 'http://127.0.0.1:4001/graphql')
  const reviewsUrl = read.url('REVIEWS_URL', 'http://127.0.0.1:4002/graphql')
  const publicUrl = read.publicUrl(
    'PUBLIC_URL',
    isProduction ? undefined : `http://localhost:${port}`,
  )
  const config: GatewayConfig = {
    isProduction,
    host: read.host('HOST', '127.0.0.1', isProduction),
    port,
    adminHost: read.host('ADMIN_HOST', '127.0.0.1', isProduction),
    adminPort: read.port('ADMIN_PORT', 9090),
    workers: read.workers('GATEWAY_WORKERS'),
    publicUrl,
    productName: read.line('PRODUCT_NAME', 'Sallyport'),
    homeUrl: env.HOME_URL ? read.url('HOME_URL', undefined) : `${publicUrl}/`,
    defaultLanguage: read.choice('DEFAULT_LANGUAGE', languageNames, 'en'),
    authUrl,
    supergraphPath: env.SUPERGRAPH_CONFIG || 'schema/supergraph.yaml',
    variables: { ...env, AUTH_URL: authUrl, REVIEWS_URL: reviewsUrl },
    trustedProxies: read.networks('TRUSTED_PROXIES'),
    corsOrigins: read.list(
      'CORS_ORIGINS',
      isOrigin,
      'an exact origin such as https://app.example.com',
    ),
    addressLists: {
      allow: read.networks('ADDRESS_ALLOW'),
      deny: read.networks('ADDRESS_DENY'),
      adminAllow: read.networks('ADMIN_ADDRESS_ALLOW'),
    },
    introspection: read.choice(
      'INTROSPECTION',
      ['development', 'authenticated', 'off'],
      'development',
    ),
    logLevel: read.choice('LOG_LEVEL', LOG_LEVELS, 'info'),
    accessTokenMaxSeconds: read.minutes('ACCESS_TOKEN_MINUTES', 10) * 60,
    dataDir: env.DATA_DIR || 'data',
    identityKeys: read.identityKeys('IDENTITY_KEYS', isProduction),
    tls: read.tls('TLS_CERT_FILE', 'TLS_KEY_FILE'),
    limits: {
      ...defaultLimits,
      bodyBytes: read.bytes('MAX_BODY_BYTES', defaultLimits.bodyBytes),
      maxLagMs: isProduction ? 200 : null,
    },
    engine: {
      kind: read.choice('ENGINE', ['stock', 'compiled'], 'compiled'),
      planner: read.choice('PLANNER', ['hive', 'apollo'], 'hive'),
      shadowPercent: read.percent('ENGINE_SHADOW', 0),
    },
    caches: {
      operations: read.entries('OPERATION_CACHE_SIZE', 2000),
      tokens: read.entries('TOKEN_CACHE_SIZE', 20_000),
      apiKeys: read.entries('API_KEY_CACHE_SIZE', 10_000),
    },
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze(config)
}

function isOrigin(item: string): boolean {
  return URL.canParse(item) && new URL(item).origin === item
}
