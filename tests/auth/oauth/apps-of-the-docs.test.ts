// docs/oauth-apps.md: its code, run as it stands, against a deployment.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer } from '../../client.ts'
import { createExampleFolder, type ExampleFolder } from '../../docs/example-folder.ts'
import { example } from '../../docs/examples.ts'
import { type Stack, startStack } from '../../harness.ts'
import { type Person, registerPerson, VIEWER } from '../../people.ts'
import { backAtApp, becomeAdmin, claimsIn, REDIRECT, registerApp } from './apps.ts'
import { WebBrowser } from './web-browser.ts'

let stack: Stack
let admin: Person
let person: Person
let browser: WebBrowser
let folder: ExampleFolder

beforeAll(async () => {
  stack = await startStack({ env: { SESSION_VERIFICATION: 'off' } })
  admin = await becomeAdmin(stack)
  person = await registerPerson(stack)
  browser = new WebBrowser(stack)
  await browser.signIn(stack, person)
  folder = createExampleFolder()
})
afterAll(async () => {
  await folder?.[Symbol.asyncDispose]()
  await stack?.stop()
})

const issuer = () => new URL(stack.env.PUBLIC_URL ?? '')
async function load(section: string, file: string): Promise<any> {
  return await import(folder.write(file, example('docs/oauth-apps.md', section, 'ts').code))
}
async function expectPerson(accessToken: string): Promise<void> {
  const { data } = await stack.client.send(VIEWER, {}, bearer(accessToken))
  expect(data.viewer.user.id).toBe(person.id)
}

test('a server', async () => {
  const { id, secret } = await registerApp(stack, admin, {
    redirectUris: [],
    grantTypes: ['CLIENT_CREDENTIALS'],
    scopes: [],
  })
  const { code } = example('docs/oauth-apps.md', 'A server', 'sh')
  const env = {
    ...process.env,
    CLIENT_ID: id,
    CLIENT_SECRET: String(secret),
    PUBLIC_URL: issuer().origin,
  }
  const { stdout } = await promisify(execFile)('sh', ['-c', code], { env })
  const { data } = await stack.client.send(VIEWER, {}, bearer(JSON.parse(stdout).access_token))
  expect(data.viewer.kind).toBe('CLIENT')
})

test('a command line', async () => {
  const { id } = await registerApp(stack, admin, {
    redirectUris: [],
    grantTypes: ['DEVICE_CODE', 'REFRESH_TOKEN'],
    tokenEndpointAuthMethod: 'NONE',
  })
  const { signIn } = await load('A command line', 'command-line.ts')
  const tokens = await signIn(issuer(), id, async (text: string) => {
    const [, code = ''] = /type (\S+)/.exec(text) ?? []
    const shown = await browser.press(await browser.open('/oauth2/device'), '', { code })
    await browser.press(shown, 'allow')
  })
  await expectPerson(tokens.access_token)
})

test('a native app', async () => {
  const { id } = await registerApp(stack, admin, {
    redirectUris: ['http://127.0.0.1/callback'],
    tokenEndpointAuthMethod: 'NONE',
  })
  const { signIn } = await load('A native app', 'native.ts')
  const tokens = await signIn(issuer(), id, async (url: URL) => {
    const back = backAtApp(await browser.press(await browser.follow(url.href), 'allow'))
    await fetch(back)
  })
  expect(tokens.refresh_token).toMatch(/^ort_/)
  await expectPerson(tokens.access_token)
})

test('an agent finds everything from the graph’s address, and gets a token for it', async () => {
  const { id, secret } = await registerApp(stack, admin, { name: 'Agent' })
  let verifier = ''
  let sentTo: URL | undefined
  let saved: { access_token: string } | undefined
  const provider: OAuthClientProvider = {
    redirectUrl: REDIRECT,
    clientMetadata: { redirect_uris: [REDIRECT], client_name: 'Agent', scope: 'openid graph' },
    clientInformation: () => ({ client_id: id, client_secret: String(secret) }),
    tokens: () => undefined,
    saveTokens: (tokens) => {
      saved = tokens
    },
    redirectToAuthorization: (url) => {
      sentTo = url
    },
    saveCodeVerifier: (text) => {
      verifier = text
    },
    codeVerifier: () => verifier,
  }
  const { connect } = await load('An agent', 'agent.ts')
  const graph = `${issuer().origin}/graphql`
  expect(await connect(graph, provider)).toBe('REDIRECT')
  const back = backAtApp(await browser.press(await browser.follow(String(sentTo)), 'allow'))
  expect(await connect(graph, provider, String(back.searchParams.get('code')))).toBe('AUTHORIZED')
  expect(claimsIn(String(saved?.access_token)).aud).toBe(issuer().origin)
  await expectPerson(String(saved?.access_token))
})

test('a refusal of the graph says where its tokens come from', async () => {
  const response = await fetch(`${issuer().origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ users(first: 1) { pageInfo { hasNextPage } } }' }),
  })
  const header = response.headers.get('www-authenticate') ?? ''
  const [, metadata = ''] = /resource_metadata="([^"]+)"/.exec(header) ?? []
  expect(await (await fetch(metadata)).json()).toMatchObject({
    resource: `${issuer().origin}/graphql`,
    authorization_servers: [issuer().origin],
  })
})
