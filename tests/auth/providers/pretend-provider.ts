// An OpenID provider for tests that says what a test wants it to say, right or wrong: documents, keys, tokens.
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>

export interface Grant {
  /** Claims of the identity token, over those of an honest one. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Makes the identity token of all claims. Default: signed with the provider's key. */
  readonly sign?: (
    claims: JWTPayload,
    keys: { key: KeyPair['privateKey'] },
  ) => Promise<string> | string
  /** Answer of the token endpoint over the honest one. */
  readonly tokens?: Readonly<Record<string, unknown>>
  /** Default: the subject alone. */
  readonly userinfo?: Readonly<Record<string, unknown>>
}

export interface TokenRequest {
  readonly body: URLSearchParams
  readonly authorization: string | undefined
}

export interface PretendProvider {
  readonly issuer: string
  /** Everything that the token endpoint was sent. */
  readonly requests: TokenRequest[]
  /** Says yes to what an authorization URL asks for. @returns the address that the person comes back at */
  consent(url: string, grant?: Grant): string
  /** Takes over: what any path answers. Null: honest again. */
  answerWith(answer: ((request: IncomingMessage, response: ServerResponse) => boolean) | null): void
  /** What it says of whoever opens its page in a browser. Null: they say no. */
  visitor: Grant | null
  /** Over its discovery document. */
  metadata: Readonly<Record<string, unknown>>
  stop(): Promise<void>
}

interface Pending {
  readonly asked: URLSearchParams
  readonly grant: Grant
}

export const CLIENT_ID = 'sallyport'
export const CLIENT_SECRET = 'a secret of the provider'

export async function startPretendProvider(): Promise<PretendProvider> {
  const keys = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  const pending = new Map<string, Pending>()
  let takeOver: ((request: IncomingMessage, response: ServerResponse) => boolean) | null = null
  const server = createServer((request, response) => {
    if (takeOver?.(request, response)) return
    void answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const provider: PretendProvider = {
    issuer,
    requests: [],
    metadata: {},
    visitor: {},
    consent: (url, grant = {}) => {
      const asked = new URL(url).searchParams
      const code = randomBytes(16).toString('base64url')
      pending.set(code, { asked, grant })
      const back = new URL(asked.get('redirect_uri') ?? '')
      back.searchParams.set('code', code)
      back.searchParams.set('state', asked.get('state') ?? '')
      back.searchParams.set('iss', issuer)
      return back.href
    },
    answerWith: (answer) => {
      takeOver = answer
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? ''
    if (path === '/.well-known/openid-configuration') return send(response, 200, discovery())
    if (path === '/jwks') return send(response, 200, { keys: [jwk] })
    if (path.startsWith('/authorize?')) {
      const url = new URL(provider.consent(issuer + path, provider.visitor ?? {}))
      if (provider.visitor === null) {
        url.searchParams.delete('code')
        url.searchParams.set('error', 'access_denied')
      }
      return void response.writeHead(302, { location: url.href }).end()
    }
    if (path === '/token') return await token(request, response)
    if (path === '/userinfo') {
      const id = request.headers.authorization?.replace('Bearer at-', '') ?? ''
      const grant = pending.get(id)?.grant
      return send(response, 200, grant?.userinfo ?? { sub: grant?.claims?.sub ?? 'person-1' })
    }
    send(response, 404, {})
  }

  function discovery() {
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      ...provider.metadata,
    }
  }

  async function token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
    provider.requests.push({ body, authorization: request.headers.authorization })
    const code = body.get('code') ?? ''
    const found = pending.get(code)
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url')
    const isRight =
      found?.asked.get('code_challenge') === challenge &&
      found.asked.get('redirect_uri') === body.get('redirect_uri')
    if (found === undefined || !isRight) return send(response, 400, { error: 'invalid_grant' })
    const { asked, grant } = found
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuer,
      aud: CLIENT_ID,
      sub: 'person-1',
      iat: now,
      exp: now + 300,
      nonce: asked.get('nonce') ?? undefined,
      ...grant.claims,
    } as JWTPayload
    const sign =
      grant.sign ??
      (async (all: JWTPayload) =>
        await new SignJWT(all)
          .setProtectedHeader({ alg: 'RS256', kid: 'one' })
          .sign(keys.privateKey))
    send(response, 200, {
      access_token: `at-${code}`,
      token_type: 'Bearer',
      expires_in: 300,
      id_token: await sign(claims, { key: keys.privateKey }),
      ...grant.tokens,
    })
  }

  return provider
}

export function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

/** Settings for it. */
export function envFor(
  provider: Pick<PretendProvider, 'issuer'>,
  name = 'acme',
): Record<string, string> {
  const prefix = `PROVIDER_${name.toUpperCase()}_`
  return {
    PROVIDERS: name,
    [`${prefix}NAME`]: 'Acme',
    [`${prefix}ISSUER`]: provider.issuer,
    [`${prefix}CLIENT_ID`]: CLIENT_ID,
    [`${prefix}CLIENT_SECRET`]: CLIENT_SECRET,
    PROVIDER_RETURN_TO: `${RETURN_TO},com.example.app:/callback`,
  }
}

export const RETURN_TO = 'https://app.example.com/signed-in'
