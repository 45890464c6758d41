// The presets against stand-ins that answer as the services' own documentation says, quirks included.
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createOutgoingFetch } from '../../../subgraphs/auth/core/outgoing-fetch.ts'
import { readProviders } from '../../../subgraphs/auth/factors/provider/read-providers.ts'
import { isReturnUrl } from '../../../subgraphs/auth/factors/provider/return-url.ts'
import { type Stack, startStack } from '../../harness.ts'
import { newEmail } from '../../people.ts'
import { startPretendProvider } from './pretend-provider.ts'
import { finish, START } from './sign-in.ts'
import { createStandIns, TENANT } from './stand-ins.ts'

const RETURN_TO = 'https://app.example.com/signed-in'
const there = createStandIns()
let stack: Stack

const client = (name: string) => ({
  [`PROVIDER_${name}_CLIENT_ID`]: 'client',
  [`PROVIDER_${name}_CLIENT_SECRET`]: 'the secret',
})

beforeAll(async () => {
  stack = await startStack({
    outgoingFetch: there.fetch,
    env: {
      PROVIDERS: 'google,github,facebook,microsoft,apple',
      PROVIDER_RETURN_TO: RETURN_TO,
      ...client('GOOGLE'),
      ...client('GITHUB'),
      ...client('FACEBOOK'),
      ...client('MICROSOFT'),
      PROVIDER_APPLE_CLIENT_ID: 'client',
      PROVIDER_APPLE_TEAM_ID: 'TEAM123456',
      PROVIDER_APPLE_KEY_ID: 'KEY1234567',
      PROVIDER_APPLE_PRIVATE_KEY: there.appleKey.replaceAll('\n', '\\n'),
    },
  })
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  await stack.db('throttles').delete()
})

async function begin(provider: string, input: object = {}, headers = {}) {
  const { data, text } = await stack.client.send(START, { input: { provider, ...input } }, headers)
  expect(data?.startProviderLogin, text).toBeTruthy()
  return data.startProviderLogin as { verificationId: string; url: string }
}

async function signIn(provider: string) {
  const { verificationId, url } = await begin(provider)
  const answer = await finish(stack, { verificationId, providerAnswer: there.consent(url) })
  return { ...answer, asked: new URL(url) }
}

/** `SignedIn`: the address was believed; `VerificationRequired`: it is proved first. */
const typeOf = (answer: Awaited<ReturnType<typeof signIn>>) =>
  answer.data?.verifySession?.__typename
let people = 0
const sub = () => {
  people += 1
  return `subject-${people}`
}

describe('Google', () => {
  test('is asked with PKCE, nonce and state, and its secret as a header', async () => {
    there.says.set('accounts.google.com', {
      sub: sub(),
      email: `${sub()}@gmail.com`,
      email_verified: true,
    })
    const { asked } = await signIn('google')
    expect(asked.origin + asked.pathname).toBe('https://accounts.google.com/o/oauth2/v2/auth')
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'client',
      scope: 'openid email profile',
      redirect_uri: RETURN_TO,
      code_challenge_method: 'S256',
      state: expect.stringMatching(/^[\w-]{43}\.[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    })
    const { headers, body } = there.asked.get('accounts.google.com') ?? expect.fail('not asked')
    expect(headers.authorization).toMatch(/^Basic /)
    expect(body.get('client_secret')).toBeNull()
  })

  test.each([
    ['of gmail.com', { email: 'GMAIL', email_verified: true }, 'SignedIn'],
    [
      'of a Workspace domain',
      { hd: 'example.com', email: 'OWN', email_verified: true },
      'SignedIn',
    ],
    ['of another domain', { email: 'OWN', email_verified: true }, 'VerificationRequired'],
    ['that was not verified', { email: 'GMAIL', email_verified: false }, 'VerificationRequired'],
  ])('an address %s', async (_, { email, ...said }, outcome) => {
    const address = email === 'OWN' ? newEmail() : `${newEmail().split('@')[0]}@gmail.com`
    there.says.set('accounts.google.com', { sub: sub(), email: address, ...said })
    expect(typeOf(await signIn('google'))).toBe(outcome)
  })
})

describe('GitHub', () => {
  test('the account is known by its number, and the address is the primary verified one', async () => {
    const email = newEmail()
    const id = Date.now()
    const emails = [
      { email: newEmail(), primary: false, verified: true },
      { email, primary: true, verified: true, visibility: 'private' },
    ]
    there.says.set('/user', {
      id,
      login: 'octocat',
      name: 'The Octocat',
      email: 'shown@example.com',
    })
    there.says.set('/user/emails', emails as never)
    const { data, asked } = await signIn('github')
    expect(data.verifySession).toMatchObject({ user: { email, fullName: 'The Octocat' } })
    expect(asked.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/)
    const [identity] = await stack
      .db('linked_identities')
      .where({ provider: 'github', subject: `${id}` })
    expect(identity).toMatchObject({ issuer: 'https://github.com/login/oauth' })
    const { body, headers } = there.asked.get('github.com') ?? expect.fail('not asked')
    expect([body.get('client_secret'), headers.accept]).toEqual(['the secret', 'application/json'])
  })

  test('an address that is not verified, or not the primary one, counts as none', async () => {
    there.says.set('/user', { id: 7 })
    there.says.set('/user/emails', [
      { email: newEmail(), primary: true, verified: false },
      { email: newEmail(), primary: false, verified: true },
    ] as never)
    expect((await signIn('github')).errors[0]?.extensions.reason).toBe('EMAIL_MISSING')
  })

  test('a refusal comes with status 200, and is one', async () => {
    const { verificationId, url } = await begin('github')
    const back = new URL(there.consent(url))
    back.searchParams.set('code', 'wrong')
    const answer = await finish(stack, { verificationId, providerAnswer: back.href })
    expect(answer.errors[0]?.extensions).toMatchObject({
      code: 'VERIFICATION_FAILED',
      reason: 'PROVIDER_ANSWER_INVALID',
    })
  })
})

describe('Facebook', () => {
  test('its JSON is called JavaScript, and its addresses are proved', async () => {
    there.says.set('graph.facebook.com', { id: '10158', name: 'Ada', email: newEmail() })
    expect(typeOf(await signIn('facebook'))).toBe('VerificationRequired')
  })

  test('somebody with a telephone number alone is told to come another way', async () => {
    there.says.set('graph.facebook.com', { id: '10159', name: 'Ada' })
    expect((await signIn('facebook')).errors[0]?.extensions.reason).toBe('EMAIL_MISSING')
  })
})

describe('Microsoft', () => {
  const host = 'login.microsoftonline.com'

  test.each([
    ['nobody vouches for', {}, 'VerificationRequired'],
    ['is called verified by whoever', { email_verified: true }, 'VerificationRequired'],
    ['whose domain was proved', { xms_edov: true }, 'SignedIn'],
    ['whose domain was proved, as a number', { xms_edov: 1 }, 'SignedIn'],
  ])('an address that %s', async (_, said, outcome) => {
    there.says.set(host, { sub: sub(), tid: TENANT, email: newEmail(), ...said })
    expect(typeOf(await signIn('microsoft'))).toBe(outcome)
  })

  test('the issuer is that of the token’s tenant, and no other', async () => {
    there.says.set(host, { sub: sub(), tid: TENANT, email: newEmail(), xms_edov: true })
    const { data } = await signIn('microsoft')
    const [identity] = await stack
      .db('linked_identities')
      .where('user_id', data.verifySession.user.id)
    expect(identity.issuer).toBe(`https://login.microsoftonline.com/${TENANT}/v2.0`)
    for (const wrong of [
      { tid: '00000000-0000-0000-0000-000000000000' },
      { iss: 'https://login.microsoftonline.com/{tenantid}/v2.0' },
      { iss: 'https://sts.windows.net/x/' },
    ]) {
      there.says.set(host, { sub: sub(), tid: TENANT, email: newEmail(), xms_edov: true, ...wrong })
      expect((await signIn('microsoft')).code).toBe('VERIFICATION_FAILED')
    }
  })
})

describe('Apple', () => {
  const host = 'appleid.apple.com'

  test('is proved to with a token of the team’s key, and says "verified" as text or as a boolean', async () => {
    for (const email_verified of ['true', true]) {
      there.says.set(host, {
        sub: sub(),
        email: newEmail(),
        email_verified,
        is_private_email: 'true',
      })
      expect(typeOf(await signIn('apple'))).toBe('SignedIn')
    }
    there.says.set(host, { sub: sub(), email: newEmail(), email_verified: 'false' })
    expect(typeOf(await signIn('apple'))).toBe('VerificationRequired')
  })

  test('posts its answer to the hosted pages, where it is asked for the address; elsewhere it is asked for none', async () => {
    const apps = new URL((await begin('apple')).url).searchParams
    expect([apps.get('scope'), apps.get('response_mode')]).toEqual(['openid', null])
    const origin = { origin: stack.env.PUBLIC_URL ?? '' }
    const returnTo = `${stack.env.PUBLIC_URL}/sign-in/apple/callback`
    const page = new URL((await begin('apple', { returnTo, delivery: 'COOKIE' }, origin)).url)
    expect(page.searchParams.get('scope')).toBe('openid email')
    expect(page.searchParams.get('response_mode')).toBe('form_post')
  })
})

describe('settings', () => {
  const problemsOf = (env: Record<string, string>) => readProviders(env).problems.join('\n')

  test.each([
    [
      { PROVIDERS: 'google' },
      /PROVIDER_GOOGLE_CLIENT_ID: missing[\s\S]*PROVIDER_GOOGLE_CLIENT_SECRET: missing/,
    ],
    [{ PROVIDERS: 'Acme' }, /PROVIDERS: "Acme" must have/],
    [{ PROVIDERS: 'callback' }, /PROVIDERS: "callback"/],
    [{ PROVIDERS: 'a,a' }, /PROVIDERS: a name is there twice/],
    [{ PROVIDERS: 'acme', PROVIDER_ACME_CLIENT_ID: 'x' }, /PROVIDER_ACME_ISSUER: missing/],
    [
      {
        PROVIDERS: 'acme',
        PROVIDER_ACME_CLIENT_ID: 'x',
        PROVIDER_ACME_ISSUER: 'http://id.example',
      },
      /ISSUER: must be an https URL/,
    ],
    [
      {
        NODE_ENV: 'production',
        PROVIDERS: 'acme',
        PROVIDER_ACME_CLIENT_ID: 'x',
        PROVIDER_ACME_ISSUER: 'http://127.0.0.1',
      },
      /ISSUER: must be an https URL/,
    ],
    [
      { PROVIDERS: 'acme', PROVIDER_ACME_PRESET: 'gogle' },
      /PROVIDER_ACME_PRESET: must be one of google/,
    ],
    [
      { PROVIDERS: 'google', PROVIDER_GOOGLE_SECRET: 'x' },
      /PROVIDER_GOOGLE_SECRET: there is no such setting/,
    ],
    [
      {
        PROVIDERS: 'apple',
        PROVIDER_APPLE_CLIENT_ID: 'x',
        PROVIDER_APPLE_PRIVATE_KEY: 'not a key',
      },
      /PRIVATE_KEY: must be the .p8 file/,
    ],
    [
      {
        PROVIDERS: 'x',
        PROVIDER_X_CLIENT_ID: 'x',
        PROVIDER_X_AUTHORIZATION_URL: 'https://x.example/a',
      },
      /TOKEN_URL: missing|USERINFO_URL: missing/,
    ],
    [
      { PROVIDERS: 'microsoft', ...client('MICROSOFT'), PROVIDER_MICROSOFT_TENANT: 'a/b' },
      /TENANT: must be/,
    ],
    [
      { PROVIDERS: 'google', ...client('GOOGLE'), PROVIDER_GOOGLE_TRUST_EMAIL: 'yes' },
      /TRUST_EMAIL: must be one of on, off/,
    ],
  ])('%o is refused with its name', (env, problem) => {
    expect(problemsOf(env as unknown as Record<string, string>)).toMatch(problem)
  })

  test('no problem has a value in it, and no secret prints itself', () => {
    const env = {
      PROVIDERS: 'acme',
      PROVIDER_ACME_CLIENT_SECRET: 'hush',
      PROVIDER_ACME_ISSUER: 'hush',
    }
    expect(problemsOf(env)).not.toContain('hush')
    const { providers } = readProviders({ PROVIDERS: 'google', ...client('GOOGLE') })
    expect(JSON.stringify(providers)).not.toContain('the secret')
  })

  test('where people may be sent back to', () => {
    for (const right of [
      'https://app.example.com/x',
      'com.example.app:/callback',
      'http://127.0.0.1:7777/x',
    ])
      expect(isReturnUrl(right), right).toBe(true)
    for (const wrong of [
      'javascript:alert(1)',
      'data:text/html,x',
      'http://app.example.com/x',
      'https://a@b.example/',
      'https://x.example/?a',
      'https://x.example/#a',
      'https://x.example',
      'myapp:/x',
      '/x',
    ])
      expect(isReturnUrl(wrong), wrong).toBe(false)
  })
})

describe('a service with OAuth 2 alone', () => {
  test('is told by its addresses and fields', async () => {
    const { providers, problems } = readProviders({
      PROVIDERS: 'forum',
      PROVIDER_FORUM_CLIENT_ID: 'x',
      PROVIDER_FORUM_AUTHORIZATION_URL: 'https://forum.example/oauth/authorize',
      PROVIDER_FORUM_TOKEN_URL: 'https://forum.example/oauth/token',
      PROVIDER_FORUM_USERINFO_URL: 'https://forum.example/api/me',
      PROVIDER_FORUM_SUBJECT_FIELD: 'data.user.id',
      PROVIDER_FORUM_EMAIL_VERIFIED_FIELD: 'data.confirmed',
    })
    expect(problems).toEqual([])
    expect(providers[0]?.protocol).toMatchObject({
      kind: 'oauth2',
      issuer: 'https://forum.example',
      fields: { subject: 'data.user.id', emailVerified: 'data.confirmed', email: 'email' },
    })
    expect(providers[0]?.trustsEmail).toBe(false)
  })

  const at = (name: string, place: string, more = {}) => ({
    [`PROVIDER_${name}_CLIENT_ID`]: 'x',
    [`PROVIDER_${name}_AUTHORIZATION_URL`]: `https://login.example/${place}/authorize`,
    [`PROVIDER_${name}_TOKEN_URL`]: `https://login.example/${place}/token`,
    [`PROVIDER_${name}_USERINFO_URL`]: `https://login.example/${place}/me`,
    ...more,
  })
  const read = (...all: Record<string, string>[]) =>
    readProviders(Object.assign({ PROVIDERS: 'shop,forum' }, ...all))

  test('of two at one host number 1 is two people: each says its own issuer, or that they are the same', () => {
    const { problems } = read(at('SHOP', 'shop'), at('FORUM', 'forum'))
    expect(problems.join('\n')).toMatch(/PROVIDER_SHOP_ISSUER: missing[\s\S]*PROVIDER_FORUM_ISSUER/)
    const openId = { PROVIDER_FORUM_CLIENT_ID: 'x', PROVIDER_FORUM_ISSUER: 'https://login.example' }
    expect(read(at('SHOP', 'shop'), openId).problems).toHaveLength(1)

    const own = (name: string, issuer: string) => ({ [`PROVIDER_${name}_ISSUER`]: issuer })
    const apart = read(
      at('SHOP', 'shop', own('SHOP', 'https://login.example/shop')),
      at('FORUM', 'forum'),
    )
    expect(apart.problems).toEqual([])
    expect(apart.providers.map(({ protocol }) => protocol.issuer)).toEqual([
      'https://login.example/shop',
      'https://login.example',
    ])
    const same = own('SHOP', 'https://login.example')
    expect(
      read(at('SHOP', 'shop', same), at('FORUM', 'forum', own('FORUM', 'https://login.example')))
        .problems,
    ).toEqual([])
    expect(read(at('SHOP', 'all'), at('FORUM', 'all')).problems).toEqual([])
  })
})

describe('what auth connects to', () => {
  const get = async (allow: readonly string[], url: string) => {
    const bounded = createOutgoingFetch(allow, 'PROVIDER_ALLOW')
    try {
      return await bounded.fetch(url, { method: 'GET', headers: {} })
    } finally {
      await bounded.stop()
    }
  }

  test.each([
    'http://127.0.0.1:9/',
    'http://localhost:9/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]:9/',
    'http://[::ffff:127.0.0.1]:9/',
    'http://10.0.0.1/',
    'http://2130706433:9/',
    'http://0.0.0.0:9/',
  ])('%s is refused in production', async (url) => {
    await expect(get([], url)).rejects.toMatchObject(
      url.includes('localhost')
        ? { cause: { message: /no public network address/ } }
        : { message: /no public network address/ },
    )
  })

  test('what is compressed is not expanded: nobody asked for it', async () => {
    const provider = await startPretendProvider()
    const asked: unknown[] = []
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    try {
      provider.answerWith((request, response) => {
        asked.push(request.headers['accept-encoding'])
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
        return true
      })
      await expect(get(['127.0.0.1'], `${provider.issuer}/bomb`)).rejects.toThrow('compressed')
      expect(asked).toEqual(['identity'])
    } finally {
      await provider.stop()
    }
  })

  test('a redirect is an answer, and what is too long is none', async () => {
    const provider = await startPretendProvider()
    try {
      provider.answerWith((request, response) => {
        if (request.url === '/redirect') response.writeHead(302, { location: '/x' }).end()
        else response.end('x'.repeat(300_000))
        return true
      })
      const answer = await get(['127.0.0.1'], `${provider.issuer}/redirect`)
      expect(answer.status).toBe(302)
      await expect(get(['127.0.0.1'], `${provider.issuer}/long`)).rejects.toThrow()
    } finally {
      await provider.stop()
    }
  })
})
