// An OpenID provider that somebody else wrote and certified: discovery, PKCE, `iss`, nonce, rotation of what is trusted, all as the standards say.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../../harness.ts'
import { newEmail } from '../../people.ts'
import { finish, start } from './sign-in.ts'

const RETURN_TO = 'https://app.example.com/signed-in'
const email = newEmail()

let server: Server
let stack: Stack
beforeAll(async () => {
  server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'sallyport',
        client_secret: 'a secret of the provider',
        redirect_uris: [RETURN_TO],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    findAccount: async (_ctx: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({ sub: id, email, email_verified: true }),
    }),
    features: { devInteractions: { enabled: true } },
  })
  server.on('request', provider.callback())
  stack = await startStack({
    env: {
      PROVIDERS: 'acme',
      PROVIDER_ACME_ISSUER: issuer,
      PROVIDER_ACME_CLIENT_ID: 'sallyport',
      PROVIDER_ACME_CLIENT_SECRET: 'a secret of the provider',
      PROVIDER_ACME_SCOPE: 'openid email',
      PROVIDER_ACME_TRUST_EMAIL: 'on',
      PROVIDER_RETURN_TO: RETURN_TO,
    },
  })
})
afterAll(async () => {
  await stack?.stop()
  server?.closeAllConnections()
  server?.close()
})

/** A browser at the provider: logs in, says yes, and is sent back. */
async function visit(url: string): Promise<string> {
  const cookies = new Map<string, string>()
  let next = url
  for (let hops = 0; hops < 12; hops += 1) {
    if (next.startsWith(RETURN_TO)) return next
    const isForm = next.includes('/interaction/')
    const shown = await get(next, cookies)
    const page = shown.body
    const action = /action="([^"]+)"/.exec(page)?.[1]
    if (!isForm || action === undefined) {
      next = new URL(shown.location ?? '', next).href
      continue
    }
    const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const fields = new URLSearchParams({ prompt, login: 'person-1', password: 'any' })
    const sent = await get(new URL(action, next).href, cookies, fields)
    next = new URL(sent.location ?? '', next).href
  }
  throw new Error('it never came back')
}

async function get(url: string, cookies: Map<string, string>, form?: URLSearchParams) {
  const response = await fetch(url, {
    method: form === undefined ? 'GET' : 'POST',
    headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
    redirect: 'manual',
    ...(form && { body: form }),
  })
  for (const line of response.headers.getSetCookie()) {
    const [name = '', value = ''] = (line.split(';', 1)[0] ?? '').split('=')
    cookies.set(name, value)
  }
  return { location: response.headers.get('location'), body: await response.text() }
}

test('a person signs in there, and comes back as the same person each time', async () => {
  const ids = []
  for (let round = 0; round < 2; round += 1) {
    const { verificationId, url } = await start(stack)
    const { data, text } = await finish(stack, { verificationId, providerAnswer: await visit(url) })
    expect(data?.verifySession?.__typename, text).toBe('SignedIn')
    expect(data.verifySession.user.email).toBe(email)
    ids.push(data.verifySession.user.id)
  }
  expect(ids[1]).toBe(ids[0])
})

test('its code is worth nothing to a flow that did not ask for it', async () => {
  const [mine, thiefs] = [await start(stack), await start(stack)]
  const stolen = new URL(await visit(mine.url))
  stolen.searchParams.set('state', new URL(thiefs.url).searchParams.get('state') ?? '')
  const answer = await finish(stack, {
    verificationId: thiefs.verificationId,
    providerAnswer: stolen.href,
  })
  expect(answer.code).toBe('VERIFICATION_FAILED')
})
