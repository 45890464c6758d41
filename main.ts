// Zero-setup start: every part in one process, on the embedded database unless DATABASE_URL is set.
import { existsSync } from 'node:fs'
import type { Logger } from 'pino'
import { type GatewayConfig, readGatewayConfig } from './gateway/config.ts'
import { createGateway } from './gateway/gateway.ts'
import { createLog } from './platform/log.ts'
import { exitUnstarted, logProcess } from './platform/process-log.ts'
import { createTerminalStream } from './scripts/terminal-stream.ts'
import { createAuth } from './subgraphs/auth/auth.ts'
import { type AuthConfig, readAuthConfig } from './subgraphs/auth/config.ts'
import { withDevelopmentSecrets } from './subgraphs/auth/development-secrets.ts'
import { type ReviewsConfig, readReviewsConfig } from './subgraphs/reviews/config.ts'
import { createReviews } from './subgraphs/reviews/server.ts'

if (existsSync('.env')) process.loadEnvFile()
const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 22) console.warn('Node 20 works, and is past its end of life: Node 24 is recommended.')

try {
  await start(process.env)
} catch (error) {
  if (!isForPeople()) exitUnstarted('main', error)
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

async function start(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const port = environment.PORT || '4000'
  const env: Record<string, string | undefined> = {
    ...withDevelopmentSecrets(environment),
    ...developmentAddress(environment, port),
    // In one process the gateway is next door, whatever address the outside knows it by.
    IDENTITY_JWKS_URL:
      environment.IDENTITY_JWKS_URL ||
      `http://${localHost(environment.HOST)}:${port}/.well-known/identity-jwks.json`,
  }
  // Every setting is read before anything starts, so that a mistake leaves nothing half up.
  const authConfig = readAuthConfig(env)
  const reviewsConfig = readReviewsConfig(env)
  const gatewayConfig = readGatewayConfig({
    ...env,
    AUTH_URL: env.AUTH_URL || `http://${localHost(env.HOST)}:${authConfig.port}/graphql`,
    REVIEWS_URL: env.REVIEWS_URL || `http://${localHost(env.HOST)}:${reviewsConfig.port}/graphql`,
  })
  const ports = {
    PORT: gatewayConfig.port,
    ADMIN_PORT: gatewayConfig.adminPort,
    AUTH_PORT: authConfig.port,
    REVIEWS_PORT: reviewsConfig.port,
  }
  const configs = { authConfig, reviewsConfig, gatewayConfig }
  const log = createPartLog(gatewayConfig.logLevel)
  if (!isForPeople()) logProcess(log('main'))
  await startAll(configs, log).catch((error: unknown) => {
    throw nameTakenPort(ports, error)
  })
}

async function startAll(
  {
    authConfig,
    reviewsConfig,
    gatewayConfig,
  }: {
    readonly authConfig: AuthConfig
    readonly reviewsConfig: ReviewsConfig
    readonly gatewayConfig: GatewayConfig
  },
  log: (part: string) => Logger,
): Promise<void> {
  // Who takes events is there before whoever sends them.
  const reviews = await createReviews({ config: reviewsConfig, logger: log('reviews') })
  const auth = await createAuth(authConfig, { log: log('auth'), consumers: [reviews.consumer] })
  const gateway = await createGateway(gatewayConfig, { logger: log('gateway') })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void (async () => {
        await gateway.stop()
        await auth.stop()
        await reviews.stop()
        process.exit(0)
      })()
    })
  }
  await gateway.ready()
  if (isForPeople()) console.log(greeting(gatewayConfig.publicUrl, authConfig.databaseUrl === null))
}

function nameTakenPort(ports: Readonly<Record<string, number>>, error: unknown): unknown {
  const { code, port } = error as { readonly code?: unknown; readonly port?: unknown }
  if (code !== 'EADDRINUSE') return error
  const [name = 'PORT'] = Object.entries(ports).find(([, wanted]) => wanted === port) ?? []
  return new Error(`${name}: ${port} is taken by another process`)
}

/** One address for all parts: reviews does not know the gateway's port. Production says it itself. */
function developmentAddress(
  environment: Readonly<Record<string, string | undefined>>,
  port: string,
): Record<string, string> {
  if (environment.NODE_ENV === 'production' || environment.PUBLIC_URL) return {}
  return { PUBLIC_URL: `http://localhost:${port}` }
}

function localHost(host: string | undefined): string {
  if (host === undefined || host === '' || host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

/** Lines for people in a terminal, JSON for everything else. */
function createPartLog(level: string): (part: string) => Logger {
  const terminal = isForPeople() ? { destination: createTerminalStream() } : {}
  return (part) => createLog({ part, level, ...terminal })
}

function isForPeople(): boolean {
  return process.stdout.isTTY || !process.env.NODE_ENV
}

function greeting(publicUrl: string, isEmbedded: boolean): string {
  return `
  Sallyport is up${isEmbedded ? ', on the embedded database' : ''}.

  Explorer   ${publicUrl}/graphql   (without internet: ${publicUrl}/explorer)
  Register   mutation { register(input: { email: "you@example.com", password: "a long pass phrase" })
                        { verification { id } } }
             The code that is mailed to you appears here. Then:
             mutation { verifySession(input: { verificationId: "ver_…", code: "…" })
                        { ... on SignedIn { tokens { accessToken refreshToken } } } }
`
}
