// Around auth: a database of its own, the settings, and a gateway's part of the conversation.
import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClaimsPayload } from '@sallyport/claims'
import { createIdentitySigner, generateIdentityKey } from '@sallyport/claims/sign'
import bcrypt from 'bcrypt'
import pg from 'pg'
import { apiKeyChecksum } from '../../platform/api-key-format.ts'

/** Everybody's. */
export const PASSWORD = 'correct horse battery staple'
/** Of every API key. */
export const SECRET = withChecksum(`sps_live_${'0123456789'.repeat(4)}`)

export interface AuthWorld {
  /** Of auth, as in production. */
  readonly env: Readonly<Record<string, string>>
  readonly databaseUrl: string
  readonly passwordHash: string
  readonly secretHash: string
  /** An identity token for auth, signed once and reused as gateways do. */
  identity(payload: ClaimsPayload): Promise<string>
  stop(): Promise<void>
}

const REUSE_MS = 20_000

/**
 * @param server a PostgreSQL server where databases may be made
 * @param hashCost default 12, as it is shipped
 */
export async function createAuthWorld(
  server: string,
  { hashCost = 12 }: { readonly hashCost?: number } = {},
): Promise<AuthWorld> {
  const name = `sallyport_bench_${randomBytes(6).toString('hex')}`
  await administer(server, `create database ${name}`)
  const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-bench-auth-'))
  const databaseUrl = new URL(server)
  databaseUrl.pathname = `/${name}`
  const publicUrl = 'http://localhost:4000'
  const signer = await createIdentitySigner({
    keys: { keys: [(await generateIdentityKey()) as never] },
    issuer: publicUrl,
  })
  const jwks = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(signer.publicJwks))
  })
  await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve))
  const { port } = jwks.address() as AddressInfo
  const secrets = [1, 2, 3, 4].map(() => randomBytes(32).toString('base64'))
  const [passwordPepper = '', apiKeyPepper = '', codeKey, keyEncryptionKey] = secrets
  const tokens = new Map<string, { readonly token: Promise<string>; readonly until: number }>()

  return {
    env: {
      NODE_ENV: 'production',
      DATA_DIR: dataDir,
      DATABASE_URL: databaseUrl.href,
      PUBLIC_URL: publicUrl,
      IDENTITY_JWKS_URL: `http://127.0.0.1:${port}/.well-known/identity-jwks.json`,
      SMTP_URL: 'smtp://127.0.0.1:9',
      PASSWORD_HASH_COST: String(hashCost),
      PASSWORD_PEPPER: `1:${passwordPepper}`,
      API_KEY_PEPPER: `1:${apiKeyPepper}`,
      CODE_KEY: `1:${codeKey}`,
      KEY_ENCRYPTION_KEY: `1:${keyEncryptionKey}`,
    },
    databaseUrl: databaseUrl.href,
    passwordHash: bcrypt.hashSync(keyed('sha384', passwordPepper, PASSWORD, 'base64'), hashCost),
    secretHash: keyed('sha256', apiKeyPepper, SECRET, 'base64url'),
    identity(payload) {
      const key = JSON.stringify(payload)
      const kept = tokens.get(key)
      if (kept !== undefined && kept.until > performance.now()) return kept.token
      const token = signer.sign('auth', payload)
      tokens.set(key, { token, until: performance.now() + REUSE_MS })
      return token
    },
    stop: async () => {
      jwks.close()
      rmSync(dataDir, { recursive: true, force: true })
      await administer(server, `drop database if exists ${name} with (force)`)
    },
  }
}

/** A connection without the time limits of auth's. */
export async function withClient<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function administer(server: string, statement: string): Promise<void> {
  await withClient(server, (client) => client.query(statement))
}

function keyed(
  algorithm: string,
  pepper: string,
  text: string,
  encoding: 'base64' | 'base64url',
): string {
  return createHmac(algorithm, Buffer.from(pepper, 'base64')).update(text).digest(encoding)
}

function withChecksum(unsigned: string): string {
  return unsigned + apiKeyChecksum(unsigned)
}
