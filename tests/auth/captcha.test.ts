// Captchas: asked for beyond a few tries, checked with the service as its documentation says, and never a way round a limit.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readAuthConfig } from '../../subgraphs/auth/config.ts'
import type { OutgoingFetch } from '../../subgraphs/auth/core/outgoing-fetch.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, newEmail, PASSWORD, type Person, REGISTER, registerPerson } from '../people.ts'

const URLS = {
  turnstile: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
  hcaptcha: 'https://api.hcaptcha.com/siteverify',
} as const

describe.each(['turnstile', 'hcaptcha'] as const)('%s', (service) => {
  /** Its siteverify endpoint: a token works once, with the right secret. */
  const solved = new Set<string>()
  const asked: URLSearchParams[] = []
  let mode: 'right' | 'away' | 'broken' | 'misconfigured' = 'right'
  const outgoingFetch: OutgoingFetch = async (url, { method, body }) => {
    expect([url, method]).toEqual([URLS[service], 'POST'])
    const form = new URLSearchParams(String(body))
    asked.push(form)
    if (mode === 'away') throw new Error('connect ECONNREFUSED')
    if (mode === 'broken') return new Response('<html>', { status: 502 })
    const codes =
      form.get('secret') !== 'the secret' || mode === 'misconfigured'
        ? ['invalid-input-secret']
        : solved.delete(form.get('response') ?? '')
          ? []
          : ['invalid-input-response']
    return Response.json({ success: codes.length === 0, 'error-codes': codes, hostname: 'x' })
  }

  let stack: Stack
  let person: Person
  beforeAll(async () => {
    stack = await startStack({
      outgoingFetch,
      env: {
        CAPTCHA: service,
        CAPTCHA_SITE_KEY: '1x00000000000000000000AA',
        CAPTCHA_SECRET: 'the secret',
        // Loopback counts here.
        THROTTLE_EXEMPT: '192.0.2.1',
      },
    })
    person = await registerPerson(stack)
  })
  afterAll(async () => {
    await stack?.stop()
  })
  beforeEach(async () => {
    mode = 'right'
    asked.length = 0
    await stack.db('throttles').delete()
  })

  const token = () => {
    const one = `token-${Math.random()}`
    solved.add(one)
    return one
  }
  const login = async (input: object = {}) =>
    await stack.client.send(LOGIN, { input: { email: person.email, password: PASSWORD, ...input } })
  const forgetWaits = async () =>
    await stack.db('throttles').where('key', 'like', '%login-pair%').delete()
  async function guess(times: number): Promise<void> {
    for (let tries = 0; tries < times; tries += 1) {
      await login({ password: 'wrong password here' })
      await forgetWaits()
    }
  }
  const required = {
    code: 'RATE_LIMITED',
    reason: 'CAPTCHA_REQUIRED',
    captcha: { service, siteKey: '1x00000000000000000000AA' },
    retryAfterSeconds: expect.any(Number),
  }

  test('nobody is asked for one at first, and its service is not either', async () => {
    expect((await login()).data.login.__typename).toBe('VerificationRequired')
    expect(asked).toEqual([])
  })

  test('beyond a few guesses a login needs one, which works once', async () => {
    await guess(5)
    expect((await login()).errors[0]?.extensions).toMatchObject(required)
    const captcha = token()
    const passed = await login({ captcha, password: 'wrong password here' })
    expect(passed.code).toBe('INVALID_CREDENTIALS')
    expect(asked.at(-1)?.get('remoteip')).toBe('127.0.0.1')
    expect(asked.at(-1)?.get('sitekey')).toBe(
      service === 'hcaptcha' ? required.captcha.siteKey : null,
    )
    await forgetWaits()
    expect((await login({ captcha })).errors[0]?.extensions).toMatchObject(required)
    expect((await login({ captcha: token() })).data.login.__typename).toBe('VerificationRequired')
  })

  test('the demand is the same for an address without an account, and a device that is known is spared', async () => {
    const unknown = newEmail()
    for (let tries = 0; tries < 5; tries += 1) {
      await login({ email: unknown })
      await forgetWaits()
    }
    expect((await login({ email: unknown })).errors[0]?.extensions).toMatchObject(required)
    await guess(5)
    const { deviceToken } = person
    expect((await login({ deviceToken })).data.login.__typename).toBe('SignedIn')
  })

  test('what was refused for want of one was not a guess', async () => {
    await guess(5)
    for (let tries = 0; tries < 30; tries += 1) await login()
    expect((await login({ captcha: token() })).code).toBeUndefined()
  })

  test('with one the limits hold as without', async () => {
    await guess(5)
    for (let tries = 0; tries < 5; tries += 1) {
      await login({ captcha: token(), password: 'wrong password here' })
      await forgetWaits()
    }
    // Ten in fifteen minutes: from then on right and wrong look alike.
    const answer = await login({ captcha: token(), password: 'wrong password here' })
    expect(answer.data.login.__typename).toBe('VerificationRequired')
  })

  test.each(['away', 'broken', 'misconfigured'] as const)(
    'while the service is %s nobody passes for it, and few tries need none',
    async (how) => {
      mode = how
      expect((await login()).code).toBeUndefined()
      await guess(5)
      expect((await login({ captcha: token() })).errors[0]?.extensions).toMatchObject(required)
    },
  )

  test('registrations of one network need one after five in an hour', async () => {
    const register = async (input: object = {}) =>
      await stack.client.send(REGISTER, {
        input: { email: newEmail(), password: PASSWORD, ...input },
      })
    for (let count = 0; count < 5; count += 1) expect((await register()).code).toBeUndefined()
    expect((await register()).errors[0]?.extensions).toMatchObject(required)
    expect((await register({ captcha: 'not a token' })).errors[0]?.extensions).toMatchObject(
      required,
    )
    expect((await register({ captcha: token() })).code).toBeUndefined()
    expect((await register({ captcha: 'x'.repeat(5000) })).code).toBe('BAD_USER_INPUT')
  })
})

test('a setting that lacks its key or secret stops the start, by name', () => {
  const secret = `1:${Buffer.alloc(32, 'abcdefgh').toString('base64')}`
  const env = {
    PASSWORD_PEPPER: secret,
    CODE_KEY: secret,
    API_KEY_PEPPER: secret,
    KEY_ENCRYPTION_KEY: secret,
  }
  expect(() => readAuthConfig({ ...env, CAPTCHA: 'turnstile' })).toThrow(
    /CAPTCHA_SITE_KEY: missing[\s\S]*CAPTCHA_SECRET: missing/,
  )
  expect(() => readAuthConfig({ ...env, CAPTCHA: 'recaptcha' })).toThrow(
    'CAPTCHA: must be one of off, turnstile, hcaptcha',
  )
})
