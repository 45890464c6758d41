// A provider, or somebody between, that answers wrongly: nothing of it signs anybody in (attack cases 140 to 147).
import { createHash } from 'node:crypto'
import { generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Stack, startStack } from '../../harness.ts'
import { newEmail } from '../../people.ts'
import {
  CLIENT_ID,
  CLIENT_SECRET,
  envFor,
  type Grant,
  type PretendProvider,
  RETURN_TO,
  send,
  startPretendProvider,
} from './pretend-provider.ts'
import { finish, person, START, signIn, start } from './sign-in.ts'

let provider: PretendProvider
let other: PretendProvider
let stack: Stack

beforeAll(async () => {
  provider = await startPretendProvider()
  other = await startPretendProvider()
  stack = await startStack({
    env: {
      ...envFor(provider),
      PROVIDERS: 'acme,other',
      PROVIDER_ACME_TRUST_EMAIL: 'on',
      PROVIDER_OTHER_ISSUER: other.issuer,
      PROVIDER_OTHER_CLIENT_ID: CLIENT_ID,
      PROVIDER_OTHER_CLIENT_SECRET: CLIENT_SECRET,
    },
  })
})
afterAll(async () => {
  await stack?.stop()
  await provider?.stop()
  await other?.stop()
})
beforeEach(async () => {
  provider.answerWith(null)
  provider.metadata = {}
  await stack.db('throttles').delete()
})

const INVALID = { code: 'VERIFICATION_FAILED', reason: 'PROVIDER_ANSWER_INVALID' }

async function expectNobody(answer: Awaited<ReturnType<typeof finish>>, extensions: object) {
  expect(answer.errors[0]?.extensions).toMatchObject(extensions)
  expect(answer.data?.verifySession ?? null).toBeNull()
  expect(answer.cookies).toEqual([])
}

describe('an identity token that is not right', () => {
  const resigned = async (claims: JWTPayload) => {
    const { privateKey } = await generateKeyPair('RS256')
    return await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .sign(privateKey)
  }
  const withSecret = async (claims: JWTPayload) =>
    await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(Buffer.from(CLIENT_SECRET))
  const broken = async (claims: JWTPayload, { key }: { key: Parameters<SignJWT['sign']>[0] }) => {
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .sign(key)
    return `${token.slice(0, token.lastIndexOf('.'))}.`
  }
  const now = () => Math.floor(Date.now() / 1000)
  const cases: readonly (readonly [string, Grant])[] = [
    ['of another issuer', { claims: { iss: 'https://attacker.example' } }],
    ['for another client', { claims: { aud: 'another-client' } }],
    ['for several, this one not being who asked', { claims: { aud: [CLIENT_ID, 'x'], azp: 'x' } }],
    ['for several, without who asked', { claims: { aud: [CLIENT_ID, 'x'] } }],
    ['with the nonce of another flow', { claims: { nonce: 'of-another-flow' } }],
    ['without a nonce', { claims: { nonce: undefined } }],
    ['that has expired', { claims: { exp: now() - 600, iat: now() - 900 } }],
    ['without an expiry', { claims: { exp: undefined } }],
    ['without a subject', { claims: { sub: undefined } }],
    ['with an empty subject', { claims: { sub: '' } }],
    ['with a subject that is too long', { claims: { sub: 'x'.repeat(256) } }],
    ['with a subject that is not text', { claims: { sub: { id: 1 } } }],
    [
      'for another access token',
      { claims: { at_hash: createHash('sha256').update('x').digest('base64url').slice(0, 22) } },
    ],
    ['with an at_hash that is not text', { claims: { at_hash: 7 } }],
    ['that is not signed', { sign: (claims) => new UnsecuredJWT(claims).encode() }],
    ['whose signature was cut off', { sign: broken }],
    ['that another key signed', { sign: resigned }],
    ['that the client secret signed', { sign: withSecret }],
    ['that is missing', { tokens: { id_token: undefined } }],
    ['that is not a token', { tokens: { id_token: 'a.b.c' } }],
  ]
  test.each(cases)('%s signs nobody in', async (_, grant) => {
    const email = newEmail()
    const told = { email, email_verified: true, ...grant.claims }
    await expectNobody(await signIn(stack, provider, { ...grant, claims: told }), INVALID)
    expect(await stack.db('users').where('email_normalized', email)).toEqual([])
  })

  test('with the right at_hash signs in', async () => {
    const begun = await start(stack)
    const back = provider.consent(begun.url, {})
    const code = new URL(back).searchParams.get('code')
    const hash = createHash('sha256')
      .update(`at-${code}`)
      .digest()
      .subarray(0, 16)
      .toString('base64url')
    const again = provider.consent(begun.url, {
      claims: { sub: 'hashed', email: newEmail(), email_verified: true, at_hash: hash },
      tokens: { access_token: `at-${code}` },
    })
    const answer = await finish(stack, {
      verificationId: begun.verificationId,
      providerAnswer: again,
    })
    expect(answer.data.verifySession.__typename).toBe('SignedIn')
  })
})

describe('an answer that is not of this flow', () => {
  const FAILED = { code: 'VERIFICATION_FAILED', attemptsRemaining: 0 }
  const changed = (answer: string, change: (url: URL) => void) => {
    const url = new URL(answer)
    change(url)
    return url.href
  }

  test.each([
    ['without a state', (url: URL) => url.searchParams.delete('state')],
    ['with a state of nobody', (url: URL) => url.searchParams.set('state', 'x.y')],
    [
      'with half a state',
      (url: URL) =>
        url.searchParams.set('state', (url.searchParams.get('state') ?? '').slice(0, 43)),
    ],
    [
      'with the state twice',
      (url: URL) => url.searchParams.append('state', url.searchParams.get('state') ?? ''),
    ],
    ['with two codes', (url: URL) => url.searchParams.append('code', 'x')],
    ['without a code', (url: URL) => url.searchParams.delete('code')],
    ['of another issuer', (url: URL) => url.searchParams.set('iss', 'https://attacker.example')],
    [
      'without its issuer, where it says that it always names it',
      (url: URL) => url.searchParams.delete('iss'),
    ],
    ['with a token in it', (url: URL) => url.searchParams.set('id_token', 'x')],
    [
      'at another host',
      (url: URL) => {
        url.host = 'attacker.example'
      },
    ],
    [
      'at another path',
      (url: URL) => {
        url.pathname = '/signed-in/else'
      },
    ],
    [
      'at another port',
      (url: URL) => {
        url.port = '8443'
      },
    ],
    [
      'over http',
      (url: URL) => {
        url.protocol = 'http:'
      },
    ],
  ])('%s is refused', async (_, change) => {
    const begun = await start(stack)
    const answer = changed(provider.consent(begun.url, person('p', newEmail())), change)
    await expectNobody(
      await finish(stack, { verificationId: begun.verificationId, providerAnswer: answer }),
      {
        code: 'VERIFICATION_FAILED',
      },
    )
  })

  test.each(['', 'nothing', 'https://app.example.com/signed-in', 'javascript:alert(1)'])(
    'what is not an answer is refused: "%s"',
    async (providerAnswer) => {
      const { verificationId } = await start(stack)
      const answer = await finish(stack, { verificationId, providerAnswer })
      expect(answer.code).toMatch(/VERIFICATION_FAILED|BAD_USER_INPUT/)
    },
  )

  test('an answer works once, whoever brings it and however often at once', async () => {
    const begun = await start(stack)
    const providerAnswer = provider.consent(begun.url, person('once', newEmail()))
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        finish(stack, { verificationId: begun.verificationId, providerAnswer }),
      ),
    )
    expect(
      answers.filter(({ data }) => data?.verifySession?.__typename === 'SignedIn'),
    ).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'VERIFICATION_FAILED')).toHaveLength(7)
    const asked = provider.requests.filter(({ body }) =>
      providerAnswer.includes(String(body.get('code'))),
    )
    expect(asked).toHaveLength(1)
  })

  test('a stolen code is worth nothing in a flow of the thief', async () => {
    const victims = await start(stack)
    const thiefs = await start(stack)
    const stolen = new URL(provider.consent(victims.url, person('victim', newEmail())))
    stolen.searchParams.set('state', new URL(thiefs.url).searchParams.get('state') ?? '')
    await expectNobody(
      await finish(stack, { verificationId: thiefs.verificationId, providerAnswer: stolen.href }),
      INVALID,
    )
  })

  test('an answer to one flow is refused in another, and stays good in its own', async () => {
    const [mine, thiefs] = [await start(stack), await start(stack)]
    const providerAnswer = provider.consent(mine.url, person('mine', newEmail()))
    await expectNobody(
      await finish(stack, { verificationId: thiefs.verificationId, providerAnswer }),
      FAILED,
    )
    const answer = await finish(stack, { verificationId: mine.verificationId, providerAnswer })
    expect(answer.data.verifySession.__typename).toBe('SignedIn')
  })

  test('one provider does not answer for another (mix-up)', async () => {
    const begun = await start(stack)
    const mixed = new URL(other.consent(begun.url, person('mixed', newEmail())))
    const answer = await finish(stack, {
      verificationId: begun.verificationId,
      providerAnswer: mixed.href,
    })
    await expectNobody(answer, { code: 'VERIFICATION_FAILED' })
    expect(
      provider.requests.some(({ body }) => body.get('code') === mixed.searchParams.get('code')),
    ).toBe(false)
  })

  test('after ten minutes it is over', async () => {
    const begun = await start(stack)
    await stack
      .db('verifications')
      .where('purpose', 'PROVIDER_LOGIN')
      .update({ code_expires_at: stack.db.raw("now() - interval '1 second'") })
    const providerAnswer = provider.consent(begun.url, person('late', newEmail()))
    await expectNobody(
      await finish(stack, { verificationId: begun.verificationId, providerAnswer }),
      FAILED,
    )
  })

  test('a code is not an answer, nor an answer a code', async () => {
    const begun = await start(stack)
    const providerAnswer = provider.consent(begun.url, person('both', newEmail()))
    const both = await finish(stack, {
      verificationId: begun.verificationId,
      providerAnswer,
      code: '12345678',
    })
    expect(both.code).toBe('BAD_USER_INPUT')
    for (const code of ['12345678', providerAnswer.slice(0, 60)]) {
      await expectNobody(await finish(stack, { verificationId: begun.verificationId, code }), {
        code: 'VERIFICATION_FAILED',
      })
    }
  })
})

describe('the browser that began it', () => {
  test('with cookies the flow goes on there alone (login CSRF)', async () => {
    const origin = { origin: stack.env.PUBLIC_URL ?? '' }
    const begin = await stack.client.send(
      START,
      { input: { provider: 'acme', delivery: 'COOKIE' } },
      origin,
    )
    const { verificationId, url } = begin.data.startProviderLogin
    const [flow = ''] = begin.cookies.map((line) => line.split(';', 1)[0] ?? '')
    expect(flow).toMatch(/^__Host-flow=/)
    const providerAnswer = provider.consent(url, person('cookies', newEmail()))
    for (const headers of [origin, { ...origin, cookie: '__Host-flow=of-another-browser' }]) {
      await expectNobody(await finish(stack, { verificationId, providerAnswer }, headers), {
        code: 'VERIFICATION_FAILED',
      })
    }
    const right = await finish(
      stack,
      { verificationId, providerAnswer },
      { ...origin, cookie: flow },
    )
    expect(right.data.verifySession).toMatchObject({ __typename: 'SignedIn', tokens: null })
    expect(right.cookies.some((line) => line.startsWith('__Host-access='))).toBe(true)
  })
})

describe('where a sign-in may return to', () => {
  test.each([
    'https://attacker.example/',
    `${RETURN_TO}/`,
    `${RETURN_TO}?x=1`,
    `${RETURN_TO}#x`,
    'https://APP.example.com/signed-in',
    'https://app.example.com:443/signed-in',
    'https://app.example.com@attacker.example/signed-in',
    'https://app.example.com/x/../signed-in',
    '//app.example.com/signed-in',
    'http://app.example.com/signed-in',
    'com.example.app:/callback/else',
    'javascript:alert(1)',
    '',
  ])('%s is not it', async (returnTo) => {
    const answer = await stack.client.send(START, { input: { provider: 'acme', returnTo } })
    expect(answer.errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'input.returnTo' }],
    })
  })

  test('an address that is listed is, to the letter', async () => {
    const { url } = await start(stack, { returnTo: 'com.example.app:/callback' })
    expect(new URL(url).searchParams.get('redirect_uri')).toBe('com.example.app:/callback')
  })
})

describe('a provider that is away, or worse', () => {
  const away = {
    code: 'SERVICE_UNAVAILABLE',
    reason: 'PROVIDER_UNAVAILABLE',
    retryAfterSeconds: 10,
  }
  const tokenAnswers = (answer: (response: Parameters<typeof send>[0]) => void) =>
    provider.answerWith((request, response) => {
      if (request.url !== '/token') return false
      request.resume()
      answer(response)
      return true
    })

  test.each<readonly [string, (response: Parameters<typeof send>[0]) => void]>([
    ['answers 503', (response) => send(response, 503, {})],
    ['hangs up', (response) => void response.destroy()],
    [
      'sends elsewhere',
      (response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    ],
    [
      'never stops',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write('{"a":"')
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
          if (!response.destroyed) response.once('drain', more)
        }
        more()
      },
    ],
  ])('one that %s is told apart from a wrong answer, and other ways in work', async (_, answer) => {
    const begun = await start(stack)
    tokenAnswers(answer)
    const providerAnswer = provider.consent(begun.url, person('away', newEmail()))
    const refused = await finish(stack, { verificationId: begun.verificationId, providerAnswer })
    expect(refused.errors[0]?.extensions).toMatchObject(away)
    expect(refused.text).not.toContain(provider.issuer)
    const email = newEmail()
    const signedIn = await signIn(stack, other, person('elsewhere', email), { provider: 'other' })
    expect(signedIn.errors).toEqual([])
  })

  test('neither code nor secret is told, to the client or in the log', async () => {
    const begun = await start(stack)
    tokenAnswers((response) =>
      send(response, 400, { error: 'invalid_grant', error_description: CLIENT_SECRET }),
    )
    const providerAnswer = provider.consent(begun.url, person('told', newEmail()))
    const answer = await finish(stack, { verificationId: begun.verificationId, providerAnswer })
    expect(answer.errors[0]?.extensions).toMatchObject(INVALID)
    expect(answer.text).not.toContain(CLIENT_SECRET)
    const records = await stack
      .db('audit_records')
      .where('action', 'provider.failed')
      .orderBy('id', 'desc')
      .first()
    expect(records.kept).toEqual({ provider: 'acme', code: 'OAUTH_RESPONSE_BODY_ERROR' })
  })

  test('a person who says no there is told so', async () => {
    const begun = await start(stack)
    const refused = new URL(provider.consent(begun.url))
    refused.searchParams.delete('code')
    refused.searchParams.set('error', 'access_denied')
    const answer = await finish(stack, {
      verificationId: begun.verificationId,
      providerAnswer: refused.href,
    })
    await expectNobody(answer, { code: 'VERIFICATION_FAILED', reason: 'PROVIDER_REFUSED' })
  })
})
