// Requests and refusals as the standards have them to the letter: what libraries send besides the usual, and what they read.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Asked,
  askFor,
  backAtApp,
  redeem,
  registerApp,
  relyingParty,
  type Tokens,
  tokensFor,
} from './apps.ts'
import { WebBrowser } from './web-browser.ts'
import { type ProviderWorld, startProviderWorld } from './world.ts'

const BYE = 'https://shop.example/bye'

let world: ProviderWorld
let party: Awaited<ReturnType<typeof relyingParty>>

beforeAll(async () => {
  world = await startProviderWorld()
  const app = await registerApp(world.stack, world.admin, { postLogoutRedirectUris: [BYE] })
  party = await relyingParty(world.stack, app)
})
afterAll(async () => {
  await world?.stack.stop()
})

const at = (path: string) => `${world.issuer.origin}${path}`
async function post(path: string, body: string, headers: Record<string, string> = {}) {
  const type = { 'content-type': 'application/x-www-form-urlencoded', ...headers }
  return await fetch(at(path), { method: 'POST', body, headers: type, redirect: 'manual' })
}

describe('what an app asks for as a form (OpenID Connect Core, 3.1.2.1)', () => {
  const origin = 'https://shop.example'
  const fieldsOf = ({ url }: Pick<Asked, 'url'>) => new URL(url).search.slice(1)

  test('becomes the link that it stands for', async () => {
    const asked = await askFor(party, 'openid email')
    const sent = await post('/oauth2/authorize', `${fieldsOf(asked)}&password=x`, { origin })
    expect([sent.status, sent.headers.get('set-cookie')]).toEqual([303, null])
    const link = new URL(sent.headers.get('location') ?? '', world.issuer)
    expect(link.search).toBe(new URL(asked.url).search)
    const page = await world.browser.follow(link.href)
    const back = page.status === 200 ? await world.browser.press(page, 'allow') : page
    expect((await redeem(party, asked, backAtApp(back))).claims()?.sub).toBe(world.person.id)
  })

  test('twice the same parameter stays twice', async () => {
    const fields = `${fieldsOf(await askFor(party, 'openid'))}&scope=email`
    const sent = await post('/oauth2/authorize', fields, { origin: 'null' })
    const back = backAtApp(await world.browser.follow(sent.headers.get('location') ?? ''))
    expect(back.searchParams.get('error')).toBe('invalid_request')
  })

  test('signing out, too: it ends nothing, and the page asks', async () => {
    const leaving = new WebBrowser(world.stack)
    await leaving.signIn(world.stack, world.person)
    const { id_token = '' } = await tokensFor(party, leaving, 'openid')
    const fields = new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: BYE })
    const sent = await post('/oauth2/end_session', `${fields}`, { origin })
    expect(sent.status).toBe(303)
    const page = await leaving.open(sent.headers.get('location') ?? '')
    expect(page.html).toContain('value="logout"')
    expect((await leaving.press(page, 'logout')).location).toBe(BYE)
  })

  test('from this very origin it is a page’s form, and takes its token', async () => {
    for (const path of ['/oauth2/authorize', '/oauth2/end_session']) {
      const sent = await post(path, 'do=logout', { origin: world.issuer.origin })
      expect(sent.status).toBe(403)
    }
  })
})

test('`login_hint` fills in who is about to sign in (OpenID Connect Core, 3.1.2.1)', async () => {
  const { url } = await askFor(party, 'openid', { login_hint: 'ada"@example.com' })
  const page = await new WebBrowser(world.stack).follow(url)
  expect(page.html).toContain('value="ada&quot;@example.com"')
})

describe('userinfo', () => {
  let tokens: Tokens
  beforeAll(async () => {
    tokens = await tokensFor(party, world.browser, 'openid email')
  })

  test('is asked by POST with nothing in it (OpenID Connect Core, 5.3.1)', async () => {
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    const answer = await fetch(at('/oauth2/userinfo'), { method: 'POST', headers })
    expect([answer.status, ((await answer.json()) as any).sub]).toEqual([200, world.person.id])
  })

  test('challenges with parameters, and says which scope would be enough (RFC 6750, 3)', async () => {
    const challenge = async (token?: string) => {
      const headers = new Headers(token === undefined ? {} : { authorization: `Bearer ${token}` })
      const answer = await fetch(at('/oauth2/userinfo'), { headers })
      return [answer.status, answer.headers.get('www-authenticate')]
    }
    const { access_token: without } = await tokensFor(party, world.browser, 'graph')
    expect(await challenge()).toEqual([401, 'Bearer realm="sallyport"'])
    expect(await challenge('x.y.z')).toEqual([
      401,
      'Bearer realm="sallyport", error="invalid_token"',
    ])
    expect(await challenge(without)).toEqual([
      403,
      'Bearer realm="sallyport", error="insufficient_scope", scope="openid"',
    ])
  })
})

test('a client that was not given a way to tokens is told so (RFC 6749, 5.2)', async () => {
  const app = await registerApp(world.stack, world.admin)
  const headers = {
    authorization: `Basic ${Buffer.from(`${app.id}:${app.secret}`).toString('base64')}`,
  }
  for (const [path, body, code] of [
    ['/oauth2/token', 'grant_type=client_credentials', 'unauthorized_client'],
    ['/oauth2/device_authorization', 'scope=openid', 'unauthorized_client'],
    ['/oauth2/token', 'grant_type=refresh_token', 'invalid_request'],
    ['/oauth2/token', 'scope=openid', 'invalid_request'],
  ] as const) {
    const answer = await post(path, body, headers)
    expect([answer.status, ((await answer.json()) as any).error]).toEqual([400, code])
  }
})

test('a client that proves nothing is challenged with a realm (RFC 7617, 2)', async () => {
  for (const path of ['/oauth2/introspect', '/oauth2/revoke']) {
    const answer = await post(path, 'token=x')
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      401,
      `Basic realm="${world.issuer.origin}"`,
    ])
  }
})

test('what the gateway refuses says so in the words of OAuth, too (RFC 6749, 5.2)', async () => {
  for (const [type, body, status] of [
    ['text/plain', 'grant_type=client_credentials', 415],
    ['application/json', '{', 400],
    ['application/x-www-form-urlencoded', 'x'.repeat(20_000), 413],
  ] as const) {
    const answer = await post('/oauth2/token', body, { 'content-type': type })
    const said = (await answer.json()) as any
    expect([answer.status, said.error, answer.headers.get('cache-control')]).toEqual([
      status,
      'invalid_request',
      'no-store',
    ])
    expect(said.error_description).toBe(said.errors[0].message)
  }
})
