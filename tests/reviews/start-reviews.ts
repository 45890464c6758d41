// A real reviews subgraph over HTTP, with a key origin beside it that stands in for the gateway's.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClaimsPayload } from '@sallyport/claims'
import { createIdentitySigner, generateIdentityKey } from '@sallyport/claims/sign'
import { importJWK, type JWK, SignJWT } from 'jose'
import pino from 'pino'
import { readReviewsConfig } from '../../subgraphs/reviews/config.ts'
import { createReviews } from '../../subgraphs/reviews/server.ts'
import { createTestDatabase } from '../database.ts'

const ISSUER = 'http://localhost:4000'

export interface GraphQLAnswer {
  status: number
  /** Empty when there is none. */
  data: Record<string, unknown>
  errors: { message: string; path?: unknown; extensions: Record<string, unknown> }[]
  codes: unknown[]
}

/** Started with `await using`, it stops and leaves nothing behind. */
export async function startReviews(env: Record<string, string> = {}) {
  const key = await generateIdentityKey()
  const signer = await createIdentitySigner({ keys: { keys: [key] }, issuer: ISSUER })
  const origin = createServer((_, response) => response.end(JSON.stringify(signer.publicJwks)))
  // With DATABASE_URL the suite runs on PostgreSQL, each file on a database of its own.
  const database = process.env.DATABASE_URL ? await createTestDatabase('empty') : null
  const dataDir = await mkdtemp(join(tmpdir(), 'reviews-'))
  const config = readReviewsConfig({
    ...(database?.url && { DATABASE_URL: database.url }),
    DATA_DIR: dataDir,
    REVIEWS_PORT: '0',
    IDENTITY_JWKS_URL: await listen(origin),
    LOG_LEVEL: 'silent',
    ...env,
  })
  const reviews = await createReviews({ config, logger: pino({ level: 'silent' }) })
  const url = `${reviews.url}/graphql`

  return {
    url: reviews.url,
    dataDir,
    consumer: reviews.consumer,
    identity: (payload: ClaimsPayload, audience = 'reviews') => signer.sign(audience, payload),
    /** A token of another kind by the same key, as if somebody mixed them up. */
    accessToken: () => signAccessToken(key),
    async ask(payload: ClaimsPayload, query: string, variables = {}): Promise<GraphQLAnswer> {
      const token = await signer.sign('reviews', payload)
      return post(url, { query, variables }, { 'sallyport-identity': token })
    },
    post: (body: unknown, headers: Record<string, string>) => post(url, body, headers),
    async [Symbol.asyncDispose]() {
      await reviews.stop()
      origin.close()
      await database?.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export type Reviews = Awaited<ReturnType<typeof startReviews>>

async function post(
  url: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<GraphQLAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const { data, errors = [] } = (await response.json()) as Partial<GraphQLAnswer>
  const codes = errors.map(({ extensions }) => extensions.code)
  return { status: response.status, data: data ?? {}, errors, codes }
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    })
  })
}

async function signAccessToken(key: JWK): Promise<string> {
  const header = { alg: 'ES256', typ: 'at+jwt', kid: String(key.kid) }
  return new SignJWT({ kind: 'user', ver: 1 })
    .setProtectedHeader(header)
    .setIssuer(ISSUER)
    .setAudience('reviews')
    .setSubject('usr_1')
    .setIssuedAt()
    .setExpirationTime('50s')
    .sign(await importJWK(key, 'ES256'))
}
