// A stand-in for the auth *process*, at the other end of real HTTP: real keys, real tokens, auth's internal API,
// and a switch for each way in which such a peer can fail.
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { type Claims, createIdentityReader, isSignedIn } from '@sallyport/claims'
import { graphql, parse } from 'graphql'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export const authSdl = /* GraphQL */ `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@authenticated", "@policy", "@composeDirective"])
    @link(url: "https://sallyport.dev/access/v1.0", import: ["@public", "@credentials"])
    @composeDirective(name: "@public")
    @composeDirective(name: "@credentials")
  directive @public(staleCredentials: Boolean = false) on OBJECT | FIELD_DEFINITION | INTERFACE
  directive @credentials(reads: [String!]! = [], sets: [String!]! = []) on FIELD_DEFINITION

  type Query {
    hello: String @public
    self: Query @public
    viewer: Viewer @public
    me: Me @authenticated
    adminNow: String @policy(policies: [["live", "role:admin"]])
    onlyAdmins: String @policy(policies: [["role:admin"]])
  }
  type Viewer { kind: String user: Me }
  type Me @authenticated { sub: String kind: String admin: String @policy(policies: [["live", "role:admin"]]) }
  type Mutation {
    begin: String @public(staleCredentials: true) @credentials(sets: ["flow"])
    login(password: String): String @public(staleCredentials: true)
      @credentials(reads: ["device"], sets: ["session", "flow", "device"])
    refresh: String @public(staleCredentials: true) @credentials(reads: ["refresh"], sets: ["session"])
    logout: String @public(staleCredentials: true) @credentials(reads: ["session", "refresh"], sets: ["session"])
    rename(name: String!): String @authenticated
  }
`

export interface TokenChanges {
  readonly header?: Record<string, unknown>
  readonly claims?: Record<string, unknown>
  /** Claims to leave out. */
  readonly without?: readonly string[]
  readonly key?: CryptoKey
}

type Entry = { kind: string; id: string; ver?: number; expiresAt: number }
/** A path of auth's that passes through the gateway. */
export type AnswerPage = (incoming: IncomingMessage, response: ServerResponse, text: string) => void
type Seen = { path: string; headers: IncomingMessage['headers']; body: unknown }

export async function startAuthPeer(options: { issuer: string; jwksUrl?: string }) {
  const { issuer } = options
  const signing = await newKey('key-1')
  const published = [signing.jwk]
  const seen: Seen[] = []
  const feeds = new Set<ServerResponse>()
  const entries: Entry[] = []
  const apiKeys = new Map<string, Record<string, unknown> | { refused: string }>()
  const live = new Map<string, Record<string, unknown> | { refused: string }>()
  const switches = {
    isBeating: true,
    isDown: false,
    isAnswering: true,
    delayMs: 0,
    slowAnswersMs: 0,
  }
  let held: Promise<void> = Promise.resolve()
  const reader = createIdentityReader({ subgraph: 'auth', ...options })
  const schema = buildSubgraphSchema([{ typeDefs: parse(authSdl), resolvers: resolvers() }])
  let setCookies: string[] = []
  /** Pieces of the snapshot, and the pause before each. */
  let slowSnapshot: { readonly pieces: readonly string[]; readonly pauseMs: number } | null = null

  let answerPage: AnswerPage | null = null

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy())
  })
  const beat = setInterval(() => {
    if (switches.isBeating && !switches.isDown) tell({ type: 'heartbeat', at: now() })
  }, 50)
  await listen(server, 0)
  const { port } = server.address() as AddressInfo

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = incoming.url ?? ''
    const text = await readText(incoming)
    if (answerPage !== null && !isOfAuthItself(path)) {
      seen.push({ path, headers: incoming.headers, body: text })
      return void answerPage(incoming, response, text)
    }
    const body = text === '' ? null : (JSON.parse(text) as Record<string, unknown>)
    seen.push({ path, headers: incoming.headers, body })
    if (switches.isDown) return void response.destroy()
    if (switches.delayMs > 0) await sleep(switches.delayMs)
    if (path === '/.well-known/jwks.json') return json(response, { keys: published })
    const claims = identityFor(incoming)
      ? await reader.read(incoming.headers).catch(() => null)
      : null
    if (claims === null) return json(response, { errors: [] }, 401)
    if (path === '/graphql') return json(response, await execute(body, incoming), 200, setCookies)
    if (claims.kind !== 'gateway') return json(response, {}, 403)
    if (path === '/internal/revocations') return openFeed(response)
    if (path === '/internal/ways-in') return json(response, waysIn)
    // A slow answer is late, not fresh.
    const found = answer(body ?? {})
    if (switches.slowAnswersMs > 0) await sleep(switches.slowAnswersMs)
    await held
    if (!switches.isAnswering) return json(response, {}, 502)
    json(response, found)
  }

  function identityFor(incoming: IncomingMessage): boolean {
    return incoming.headers['sallyport-identity'] !== undefined
  }

  async function execute(body: Record<string, unknown> | null, incoming: IncomingMessage) {
    return graphql({
      schema,
      source: String(body?.query),
      variableValues: (body?.variables ?? {}) as Record<string, unknown>,
      contextValue: await reader.read(incoming.headers),
    })
  }

  function openFeed(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    response.flushHeaders()
    if (slowSnapshot !== null) void writeSlowly(response, slowSnapshot)
    else {
      if (switches.isBeating) {
        response.write(`${JSON.stringify({ type: 'snapshot', at: now(), entries, rules: [] })}\n`)
      }
      feeds.add(response)
    }
    response.once('close', () => feeds.delete(response))
  }

  async function writeSlowly(
    response: ServerResponse,
    { pieces, pauseMs }: NonNullable<typeof slowSnapshot>,
  ): Promise<void> {
    for (const piece of pieces) {
      await new Promise((done) => setTimeout(done, pauseMs))
      if (!response.destroyed) response.write(piece)
    }
    feeds.add(response)
  }

  function answer(question: Record<string, unknown>): unknown {
    if (question.type === 'api-key') {
      const found = apiKeys.get(`${question.key} ${question.secret}`) ?? {
        refused: 'API_KEY_INVALID',
      }
      return 'refused' in found ? found : { principal: found }
    }
    if (question.type === 'live') {
      const { sub } = question.principal as { sub: string }
      const found = live.get(sub) ?? { refused: 'SESSION_REVOKED' }
      return 'refused' in found ? found : { principal: found }
    }
    const ids = (kind: string) => entries.filter((entry) => entry.kind === kind).map(({ id }) => id)
    return { revokedSessions: ids('session'), staleSessions: [], revokedApiKeys: ids('api-key') }
  }

  function tell(message: unknown): void {
    for (const feed of feeds) feed.write(`${JSON.stringify(message)}\n`)
  }

  return {
    port,
    url: `http://127.0.0.1:${port}/graphql`,
    seen,
    published,
    apiKeys,
    live,
    switches,
    signing,
    calls: (path: string) => seen.filter((request) => request.path === path),
    setCookies(lines: string[]) {
      setCookies = lines
    },
    /** Written to the table; the feed tells it unless it is silent. */
    revoke(entry: Omit<Entry, 'expiresAt'>) {
      const whole = { ...entry, expiresAt: Math.floor(Date.now() / 1000) + 3600 }
      entries.push(whole)
      if (switches.isBeating) tell({ type: 'changes', at: now(), entries: [whole] })
    },
    /** A heartbeat by a clock that is an hour late: a gateway that has read it warns. */
    beatLate() {
      tell({ type: 'heartbeat', at: new Date(Date.now() - 3_600_000).toISOString() })
    },
    /** No question is answered until what this returns is called. */
    holdAnswers(): () => void {
      let release = () => {}
      held = new Promise((resolve) => {
        release = resolve
      })
      return release
    },
    /** From now on a feed begins with these bytes, piece by piece. */
    beginFeedsSlowly(pieces: readonly string[], pauseMs: number) {
      slowSnapshot = { pieces, pauseMs }
    },
    answerPagesWith(answer: AnswerPage) {
      answerPage = answer
    },
    /** All that arrived of paths that pass. */
    passed: () => seen.filter(({ path }) => !isOfAuthItself(path)),
    forgetSeen: () => void seen.splice(0),
    /** Who the identity token of a request names. */
    claimsOf: (headers: IncomingMessage['headers']) => reader.read(headers),
    cutFeeds() {
      for (const feed of feeds) feed.destroy()
    },
    token: (changes: TokenChanges = {}) => signToken(issuer, signing.privateKey, changes),
    async stop() {
      clearInterval(beat)
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

const waysIn = {
  password: true,
  emailCode: true,
  passkey: false,
  providers: [{ id: 'acme', name: 'Acme', clientSecret: 'not for strangers' }],
  registration: 'invite',
  pepper: 'not for strangers',
}

function isOfAuthItself(path: string): boolean {
  return (
    path === '/graphql' || path.startsWith('/internal/') || path.startsWith('/.well-known/jwks')
  )
}

function resolvers() {
  return {
    Query: {
      hello: () => 'hello',
      self: () => ({}),
      viewer: (_: unknown, __: unknown, claims: Claims) => {
        const me = { sub: claims.subject, kind: claims.kind }
        return isSignedIn(claims) ? { kind: claims.kind, user: me } : null
      },
      me: (_: unknown, __: unknown, claims: { subject: string; kind: string }) => ({
        sub: claims.subject,
        kind: claims.kind,
      }),
      onlyAdmins: () => 'admins',
      adminNow: (_: unknown, __: unknown, claims: { roles: string[] }) => claims.roles.join(','),
    },
    Mutation: {
      begin: () => 'begun',
      login: (_: unknown, __: unknown, claims: { kind: string }) => claims.kind,
      refresh: (_: unknown, __: unknown, claims: { kind: string }) => claims.kind,
      logout: (_: unknown, __: unknown, claims: { kind: string }) => claims.kind,
      rename: (_: unknown, { name }: { name: string }) => name,
    },
  }
}

export async function newKey(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }
  return { kid, jwk, publicKey, privateKey }
}

async function signToken(issuer: string, key: CryptoKey, changes: TokenChanges): Promise<string> {
  const iat = Math.floor(Date.now() / 1000)
  const claims: Record<string, unknown> = {
    iss: issuer,
    aud: issuer,
    sub: 'usr_1',
    sid: 'ses_1',
    jti: crypto.randomUUID(),
    iat,
    exp: iat + 600,
    client_id: 'sallyport',
    scope: 'reviews:write',
    roles: ['user'],
    ver: 1,
    email_verified: true,
    amr: ['pwd'],
    auth_time: iat,
    ...changes.claims,
  }
  for (const name of changes.without ?? []) delete claims[name]
  const header = { alg: 'ES256', typ: 'at+jwt', kid: 'key-1', ...changes.header }
  return new SignJWT(claims).setProtectedHeader(header).sign(changes.key ?? key)
}

export function csrfClaim(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

function now(): string {
  return new Date().toISOString()
}

function json(response: ServerResponse, body: unknown, status = 200, cookies: string[] = []): void {
  response.writeHead(status, { 'content-type': 'application/json', 'set-cookie': cookies })
  response.end(JSON.stringify(body))
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail)
    server.listen(port, '127.0.0.1', done)
  })
}
