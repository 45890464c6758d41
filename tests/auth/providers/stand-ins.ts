// Google, GitHub, Facebook, Microsoft and Apple as their documentation says that they answer, at their own addresses.
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { exportJWK, jwtVerify, SignJWT } from 'jose'
import type { OutgoingFetch } from '../../../subgraphs/auth/core/outgoing-fetch.ts'

export interface StandIns {
  readonly fetch: OutgoingFetch
  /** Claims of the next identity token, or the next profile, by host. */
  readonly says: Map<string, Readonly<Record<string, unknown>>>
  /** What token endpoints were sent, by host. */
  readonly asked: Map<string, { body: URLSearchParams; headers: Record<string, string> }>
  /** The PKCS 8 key of an Apple developer's team. */
  readonly appleKey: string
  /** Comes back from an authorization URL. */
  consent(url: string): string
}

export const TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad'

interface Service {
  readonly host: string
  readonly discovery: string
  readonly issuer: string
  readonly documentIssuer?: string
  readonly endpoints: Readonly<Record<'authorization' | 'token' | 'jwks', string>>
  readonly methods: readonly string[]
}

const openId: readonly Service[] = [
  {
    host: 'accounts.google.com',
    discovery: 'https://accounts.google.com/.well-known/openid-configuration',
    issuer: 'https://accounts.google.com',
    endpoints: {
      authorization: 'https://accounts.google.com/o/oauth2/v2/auth',
      token: 'https://oauth2.googleapis.com/token',
      jwks: 'https://www.googleapis.com/oauth2/v3/certs',
    },
    methods: ['client_secret_post', 'client_secret_basic'],
  },
  {
    host: 'login.microsoftonline.com',
    discovery: 'https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration',
    issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
    documentIssuer: 'https://login.microsoftonline.com/{tenantid}/v2.0',
    endpoints: {
      authorization: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
      token: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
      jwks: 'https://login.microsoftonline.com/common/discovery/v2.0/keys',
    },
    methods: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
  },
  {
    host: 'appleid.apple.com',
    discovery: 'https://appleid.apple.com/.well-known/openid-configuration',
    issuer: 'https://appleid.apple.com',
    endpoints: {
      authorization: 'https://appleid.apple.com/auth/authorize',
      token: 'https://appleid.apple.com/auth/token',
      jwks: 'https://appleid.apple.com/auth/keys',
    },
    methods: ['client_secret_post'],
  },
]

export function createStandIns(): StandIns {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const apple = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const says: StandIns['says'] = new Map()
  const asked: StandIns['asked'] = new Map()
  const nonces = new Map<string, string>()

  const fetch: OutgoingFetch = async (url, { headers, body }) => {
    const { host, pathname } = new URL(url)
    for (const service of openId) {
      if (url === service.discovery) return json(documentOf(service))
      if (url === service.endpoints.jwks) {
        const jwk = await exportJWK(keys.publicKey)
        return json({ keys: [{ ...jwk, kid: 'one', use: 'sig', alg: 'RS256' }] })
      }
      if (url === service.endpoints.token) {
        const form = new URLSearchParams(String(body))
        asked.set(service.host, { body: form, headers })
        return json(await tokensOf(service, form, headers))
      }
    }
    if (host === 'github.com' && pathname === '/login/oauth/access_token') {
      const form = new URLSearchParams(String(body))
      asked.set(host, { body: form, headers })
      // It answers with a form unless JSON is asked for, and with 200 when it refuses.
      if (form.get('code') === 'wrong') return json({ error: 'bad_verification_code' })
      return json({ access_token: 'gho_x', scope: 'read:user,user:email', token_type: 'bearer' })
    }
    if (host === 'api.github.com') {
      if (headers['user-agent'] === undefined) return json({ message: 'no user agent' }, 403)
      return json(says.get(pathname) ?? {})
    }
    if (host === 'graph.facebook.com' && pathname.endsWith('/oauth/access_token')) {
      asked.set(host, { body: new URLSearchParams(String(body)), headers })
      return json({ access_token: 'EAAx', token_type: 'bearer', expires_in: 5_183_944 })
    }
    if (host === 'graph.facebook.com') {
      return new Response(JSON.stringify(says.get(host) ?? {}), {
        headers: { 'content-type': 'text/javascript; charset=UTF-8' },
      })
    }
    throw new Error(`nobody answers at ${url}`)
  }

  async function tokensOf(
    service: Service,
    form: URLSearchParams,
    headers: Record<string, string>,
  ) {
    if (service.host === 'appleid.apple.com') await verifyApple(form, apple.publicKey)
    const basic = headers.authorization?.startsWith('Basic ')
    const clientId = basic ? 'client' : (form.get('client_id') ?? '')
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: service.issuer,
      aud: clientId,
      iat: now,
      exp: now + 600,
      nonce: nonces.get(form.get('code') ?? ''),
      ...says.get(service.host),
    }
    const id_token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .sign(keys.privateKey)
    return { access_token: 'ya29.x', token_type: 'Bearer', expires_in: 3599, id_token }
  }

  return {
    fetch,
    says,
    asked,
    appleKey: apple.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    consent: (url) => {
      const given = new URL(url).searchParams
      const code = `code-${nonces.size}`
      nonces.set(code, given.get('nonce') ?? '')
      return `${given.get('redirect_uri')}?${new URLSearchParams({ code, state: given.get('state') ?? '' })}`
    },
  }
}

function documentOf({ issuer, documentIssuer, endpoints, methods }: Service) {
  return {
    issuer: documentIssuer ?? issuer,
    authorization_endpoint: endpoints.authorization,
    token_endpoint: endpoints.token,
    jwks_uri: endpoints.jwks,
    response_types_supported: ['code'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: methods,
  }
}

/** "Creating a client secret": ES256, the team as issuer, Apple as audience, six months at most. */
async function verifyApple(form: URLSearchParams, key: KeyObject): Promise<void> {
  const { payload, protectedHeader } = await jwtVerify(
    form.get('client_secret') ?? '',
    createPublicKey(key.export({ type: 'spki', format: 'pem' })),
    { audience: 'https://appleid.apple.com', issuer: 'TEAM123456' },
  )
  if (protectedHeader.kid !== 'KEY1234567' || payload.sub !== form.get('client_id'))
    throw new Error('invalid_client')
}

function json(body: object, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
  })
}
