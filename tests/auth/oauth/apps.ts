// Apps for tests of the OAuth provider: registered by an admin, and relying parties of openid-client's making.
import * as oidc from 'openid-client'
import type { Stack } from '../../harness.ts'
import { logIn, type Person, registerPerson } from '../../people.ts'
import type { Loaded, WebBrowser } from './web-browser.ts'

export const REDIRECT = 'https://shop.example/callback'

export interface App {
  readonly id: string
  readonly secret: string | null
}

export async function becomeAdmin(
  stack: Pick<Stack, 'client' | 'db' | 'mailbox'>,
): Promise<Person> {
  const promoted = await registerPerson(stack)
  await stack.db('user_roles').insert({ user_id: promoted.id, role_name: 'admin' })
  return await logIn(stack.client, promoted)
}

export async function registerApp(
  stack: Pick<Stack, 'client'>,
  admin: Person,
  more: object = {},
): Promise<App> {
  const input = {
    name: 'Shop',
    redirectUris: [REDIRECT],
    grantTypes: ['AUTHORIZATION_CODE', 'REFRESH_TOKEN'],
    scopes: ['openid', 'email', 'profile', 'offline_access', 'graph', 'graph:write'],
    ...more,
  }
  const answer = await stack.client.send(
    `mutation ($input: RegisterClientInput!) { registerClient(input: $input) { secret client { id } } }`,
    { input },
    admin.headers,
  )
  if (!answer.data?.registerClient) throw new Error(answer.text)
  return { id: answer.data.registerClient.client.id, secret: answer.data.registerClient.secret }
}

export async function relyingParty(
  stack: Pick<Stack, 'env'>,
  app: App,
  auth?: oidc.ClientAuth,
): Promise<oidc.Configuration> {
  const issuer = new URL(stack.env.PUBLIC_URL ?? '')
  const proof = auth ?? (app.secret === null ? oidc.None() : oidc.ClientSecretBasic(app.secret))
  return await oidc.discovery(issuer, app.id, undefined, proof, {
    execute: [oidc.allowInsecureRequests],
  })
}

export interface Asked {
  readonly url: string
  readonly verifier: string
  readonly state: string
  readonly nonce: string
}

export async function askFor(
  party: oidc.Configuration,
  scope: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Asked> {
  const verifier = oidc.randomPKCECodeVerifier()
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()]
  const url = oidc.buildAuthorizationUrl(party, {
    redirect_uri: REDIRECT,
    scope,
    state,
    ...(scope.includes('openid') && { nonce }),
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(scope.includes('offline_access') && { prompt: 'consent' }),
    ...more,
  })
  return { url: url.href, verifier, state, nonce }
}

/** Lets the app in, where the person is asked. @returns where the browser is sent back to */
export async function letIn(browser: WebBrowser, asked: Asked): Promise<URL> {
  const page = await browser.follow(asked.url)
  const back = page.status === 200 ? await browser.press(page, 'allow') : page
  return backAtApp(back)
}

export function backAtApp(loaded: Loaded): URL {
  const text = loaded.html.replace(/<style>[\s\S]*<\/style>/, '')
  if (loaded.location === null) throw new Error(`${loaded.status} ${text}`)
  return new URL(loaded.location)
}

export type Tokens = Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>

export async function tokensFor(
  party: oidc.Configuration,
  browser: WebBrowser,
  scope: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Tokens> {
  const asked = await askFor(party, scope, more)
  return await redeem(party, asked, await letIn(browser, asked))
}

export async function redeem(party: oidc.Configuration, asked: Asked, back: URL): Promise<Tokens> {
  return await oidc.authorizationCodeGrant(party, back, {
    pkceCodeVerifier: asked.verifier,
    expectedState: asked.state,
    ...(new URL(asked.url).searchParams.has('nonce') && { expectedNonce: asked.nonce }),
  })
}

export function claimsIn(token: string): Record<string, any> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}
