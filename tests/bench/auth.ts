// The stand-in for auth: real keys and real tokens for the benchmark's users, the revocation feed, answers about API keys.
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { apiKeyChecksum } from '../../platform/api-key-format.ts'

/** What one user of the benchmark can be known by. */
export interface BenchUser {
  readonly bearer: string
  readonly cookie: string
  readonly csrf: string
  readonly key: string
  readonly secret: string
}

export interface AuthStandIn {
  readonly authPort: number
  readonly users: readonly BenchUser[]
}

const USERS = 64
/** The longest that a gateway takes: a run has to be over by then. */
const LIFETIME_SECONDS = 3600
const BEAT_MS = 250

/** @param issuer The gateway's public address. */
export async function startAuth(issuer: string): Promise<AuthStandIn> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench-key', alg: 'ES256', use: 'sig' }
  const jwks = JSON.stringify({ keys: [jwk] })
  const keys = new Map<string, Record<string, unknown>>()
  const users: BenchUser[] = []
  for (let index = 0; index < USERS; index += 1) {
    users.push(await createUser(index))
  }

  const server = createServer((incoming, response) => void handle(incoming, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { authPort: (server.address() as AddressInfo).port, users }

  async function createUser(index: number): Promise<BenchUser> {
    const csrf = randomBytes(16).toString('base64url')
    const key = `spk_live_${letters(16)}`
    const unsigned = `sps_live_${letters(40)}`
    const secret = unsigned + apiKeyChecksum(unsigned)
    keys.set(`${key} ${secret}`, {
      kind: 'api-key',
      key_id: `key_${index}`,
      sub: `usr_${index}`,
      roles: ['user'],
      scope: 'reviews:write',
    })
    const csrfClaim = createHash('sha256').update(csrf).digest('base64url')
    return {
      bearer: await sign(index, {}),
      cookie: await sign(index, { csrf: csrfClaim }),
      csrf,
      key,
      secret,
    }
  }

  function sign(index: number, claims: Record<string, unknown>): Promise<string> {
    const iat = Math.floor(Date.now() / 1000)
    return new SignJWT({
      iss: issuer,
      aud: issuer,
      sub: `usr_${index}`,
      sid: `ses_${index}`,
      jti: `jti_${index}`,
      iat,
      exp: iat + LIFETIME_SECONDS,
      client_id: 'sallyport',
      scope: 'reviews:write',
      roles: ['user'],
      ver: 1,
      email_verified: true,
      amr: ['pwd'],
      auth_time: iat,
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'bench-key' })
      .sign(privateKey)
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    if (incoming.url === '/internal/revocations') return openFeed(response)
    if (incoming.url === '/.well-known/jwks.json') return send(response, jwks)
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const question = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>
    if (question.type !== 'api-key') {
      const nothing = { revokedSessions: [], staleSessions: [], revokedApiKeys: [] }
      return send(response, JSON.stringify(nothing))
    }
    const principal = keys.get(`${question.key} ${question.secret}`)
    send(response, JSON.stringify(principal ? { principal } : { refused: 'API_KEY_INVALID' }))
  }
}

function openFeed(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  const tell = (message: object) => response.write(`${JSON.stringify(message)}\n`)
  tell({ type: 'snapshot', at: new Date().toISOString(), entries: [], rules: [] })
  const beat = setInterval(() => {
    tell({ type: 'heartbeat', at: new Date().toISOString() })
  }, BEAT_MS)
  response.once('close', () => clearInterval(beat))
}

function send(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(body)
}

function letters(count: number): string {
  return randomBytes(count).toString('hex').slice(0, count)
}
