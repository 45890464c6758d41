// Apps and programs for the benchmark of auth: a client with its own credential, and people's grants whose refresh tokens rotate.

import { readAuthConfig } from '../../subgraphs/auth/config.ts'
import { connectPostgres } from '../../subgraphs/auth/core/database.ts'
import { newId } from '../../subgraphs/auth/core/identifiers.ts'
import { storeSecret } from '../../subgraphs/auth/oauth-clients/secret.ts'
import {
  insertFamily,
  newAppRefreshToken,
} from '../../subgraphs/auth/sessions/app-refresh-tokens.ts'
import { type CrowdSize, crowdUser, isSuspended } from './auth-crowd.ts'
import type { AuthWorld } from './auth-world.ts'

const SECRET = `scs_${'0123456789'.repeat(4)}`
const SCOPES = ['openid', 'graph']
const GRANTS = 2_000
const DAY_SECONDS = 86_400

export interface BenchApps {
  /** `Authorization` of the program, and of the app. */
  readonly program: string
  readonly app: string
  readonly refreshTokens: string[]
}

export async function letAppsIn(world: AuthWorld, size: CrowdSize): Promise<BenchApps> {
  const config = readAuthConfig({ ...world.env, AUTH_PORT: '0' })
  const { db, stop } = connectPostgres(world.databaseUrl, 4)
  const [program, app] = [newId('cli'), newId('cli')]
  const common = {
    source: 'API',
    auth_method: 'CLIENT_SECRET_BASIC',
    ...storeSecret(SECRET, config.secrets.apiKeyPepper),
  }
  try {
    await db('oauth_clients').insert([
      { id: program, name: 'Program', grant_types: ['CLIENT_CREDENTIALS'], scopes: [], ...common },
      {
        id: app,
        name: 'App',
        grant_types: ['AUTHORIZATION_CODE', 'REFRESH_TOKEN'],
        redirect_uris: ['https://app.example/callback'],
        scopes: SCOPES,
        ...common,
      },
    ])
    const refreshTokens: string[] = []
    for (let n = 1; refreshTokens.length < GRANTS; n += 1) {
      if (!isSuspended((n % size.users) + 1)) refreshTokens.push(await letIn((n % size.users) + 1))
    }
    return { program: basic(program), app: basic(app), refreshTokens }
  } finally {
    await stop()
  }

  async function letIn(n: number): Promise<string> {
    const [grantId, userId, text] = [newId('grt'), crowdUser(n).id, newAppRefreshToken()]
    const now = Math.floor(Date.now() / 1000)
    await db('oauth_grants').insert({
      id: grantId,
      user_id: userId,
      client_id: app,
      client_name: 'App',
      session_id: 'ses_bench',
      scopes: SCOPES,
      resources: [config.publicUrl],
      // It needs no session.
      offline: true,
      expires_at: new Date(Date.now() + DAY_SECONDS * 1000),
    })
    const payload = {
      kind: 'RefreshToken',
      iat: now,
      exp: now + DAY_SECONDS,
      accountId: userId,
      clientId: app,
      grantId,
      gty: 'authorization_code',
      scope: SCOPES.join(' '),
      resource: config.publicUrl,
    }
    if (!(await insertFamily({ db, config }, text, payload))) throw new Error('no refresh token')
    return text
  }
}

function basic(id: string): string {
  return `Basic ${Buffer.from(`${id}:${SECRET}`).toString('base64')}`
}
