// A real gateway before the stand-in for the auth process, on free ports, with a composed supergraph of its own.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { composeServices } from '@apollo/composition'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { generateIdentityKey } from '@sallyport/claims/sign'
import { parse } from 'graphql'
import {
  type GatewayConfig,
  type GatewayLimits,
  type GraphSettings,
  readGatewayConfig,
} from '../../gateway/config.ts'
import { createGateway, type Gateway, type GatewayDeps } from '../../gateway/gateway.ts'
import { createLog } from '../../platform/log.ts'
import type { Environment } from '../../platform/settings.ts'
import { freePort } from '../free-ports.ts'
import { authSdl, startAuthPeer } from './auth-peer.ts'

type AuthPeer = Awaited<ReturnType<typeof startAuthPeer>>

export interface StartOptions {
  readonly env?: Environment
  readonly deps?: GatewayDeps
  readonly limits?: Partial<GatewayLimits>
  readonly graph?: Partial<GraphSettings>
  /** Lines of the supergraph's YAML beside the usual ones. */
  readonly yaml?: YamlAdditions
  /** Another address than the one that listens, as before a proxy; auth knows it too. */
  readonly publicUrl?: string
  /** Changes the folder of the YAML before the gateway reads it. */
  readonly prepare?: (folder: string) => void | Promise<void>
  /** Default true. */
  readonly waitUntilReady?: boolean
  /** Another gateway, whose auth, public address and keys this one shares. */
  readonly beside?: { readonly auth: AuthPeer; readonly config: GatewayConfig }
}

export interface YamlAdditions {
  /** Keys of the auth subgraph, with a comma before each. */
  readonly auth?: string
  /** Keys of the file. */
  readonly file?: string
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: {
    data?: Record<string, unknown> | null
    errors?: { message: string; extensions: Record<string, unknown> }[]
  }
}

export async function startGateway(options: StartOptions = {}) {
  const port = await freePort()
  const { beside } = options
  const listening = `http://127.0.0.1:${port}`
  const { publicUrl = listening } = options
  const issuer = beside?.config.publicUrl ?? options.env?.PUBLIC_URL ?? publicUrl
  // Tokens name the public address; keys are fetched from the one that listens.
  const auth =
    beside?.auth ??
    (await startAuthPeer({
      issuer: publicUrl,
      jwksUrl: `${listening}/.well-known/identity-jwks.json`,
    }))
  const identityKeys = beside?.config.identityKeys?.release() ?? {
    keys: [await generateIdentityKey()],
  }
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-gateway-'))
  await writeSupergraph(folder, options.yaml)
  await options.prepare?.(folder)
  const logs: string[] = []
  const settings = readGatewayConfig({
    PORT: String(port),
    ADMIN_PORT: '0',
    PUBLIC_URL: issuer,
    AUTH_URL: auth.url,
    SUPERGRAPH_CONFIG: join(folder, 'supergraph.yaml'),
    IDENTITY_KEYS: JSON.stringify(identityKeys),
    LOG_LEVEL: 'trace',
    ...options.env,
  })
  const config = {
    ...settings,
    limits: { ...settings.limits, ...options.limits },
    graph: { ...settings.graph, ...options.graph },
  }
  const logger = createLog({
    part: 'gateway',
    level: 'trace',
    destination: { write: (line: string) => void logs.push(line) },
  })
  const gateway = await createGateway(config, { logger, ...options.deps })
  if (options.waitUntilReady ?? true) await gateway.ready()
  const behind = throughApolloServer() ? await startApolloServer(gateway) : null
  const endpoint = behind?.url ?? `${gateway.url}/graphql`

  async function send(
    query: string,
    init: RequestInit & { variables?: unknown } = {},
  ): Promise<Reply> {
    const { variables, ...rest } = init
    const response = await fetch(endpoint, {
      method: 'POST',
      body: JSON.stringify({ query, variables }),
      ...rest,
      headers: { 'content-type': 'application/json', ...(rest.headers as Record<string, string>) },
    })
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Reply['body'],
    }
  }

  return {
    auth,
    gateway,
    config,
    logs,
    endpoint,
    send,
    /** A query that anybody may send, to see whether a credential is refused all the same. */
    hello: (headers: Record<string, string> = {}) => send('{ hello }', { headers }),
    subgraphCalls: () => auth.calls('/graphql').length,
    async [Symbol.asyncDispose]() {
      await behind?.stop()
      await gateway.stop()
      if (beside === undefined) await auth.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Some files of the suite run once more with a team's own Apollo Server before the gateway. */
function throughApolloServer(): boolean {
  return process.env.GATEWAY_DOOR === 'apollo-server'
}

/** As the docs have it. */
async function startApolloServer({ forApolloServer: { gateway, context } }: Gateway) {
  const server = new ApolloServer({
    gateway,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  })
  const { url } = await startStandaloneServer(server, {
    context,
    listen: { host: '127.0.0.1', port: 0 },
  })
  return { url, stop: () => server.stop() }
}

export type Stack = Awaited<ReturnType<typeof startGateway>>

/** Code and reason of the one error of a refusal. */
export function refusalOf({ body }: Reply): string {
  const { code, reason } = body.errors?.[0]?.extensions ?? {}
  return reason === undefined ? String(code) : `${code} ${reason}`
}

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}

let composed: string | undefined

/** Once for all gateways of a file. */
function compose(): string {
  const { supergraphSdl, errors } = composeServices([
    { name: 'auth', typeDefs: parse(authSdl), url: 'http://auth.invalid/graphql' },
  ])
  if (supergraphSdl === undefined) throw new Error(errors?.map(String).join('\n'))
  return supergraphSdl
}

export async function writeSupergraph(folder: string, yaml: YamlAdditions = {}): Promise<void> {
  composed ??= compose()
  await writeFile(join(folder, 'supergraph.graphql'), composed)
  await writeFile(join(folder, 'auth.graphql'), authSdl)
  await writeFile(
    join(folder, 'supergraph.yaml'),
    `subgraphs:\n  auth: { routing_url: "\${AUTH_URL}", schema: { file: auth.graphql }, mayDeclarePublic: true${yaml.auth ?? ''} }\n${yaml.file ?? ''}`,
  )
}
