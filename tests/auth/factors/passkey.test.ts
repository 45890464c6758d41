// Passkeys: adding one, signing in with nothing else, and every answer that is worth nothing.
import { randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { enrolApp } from '../../authenticator.ts'
import { bearer } from '../../client.ts'
import { type Stack, startStack } from '../../harness.ts'
import { PASSWORD, refreshWith, registerPerson } from '../../people.ts'
import { createPasskey, type Deviation, flags, usePasskey } from '../../software-passkey.ts'
import { askWith, CONFIRM, LOGIN, PROVE } from './ask.ts'
import {
  addPasskey,
  beginPasskey,
  CONFIRM_PASSKEY,
  headersOf,
  pageOf,
  passkeyHolder,
  START,
  signInWith,
} from './passkey-people.ts'

const FACTORS =
  '{ viewer { user { factors { id kind name isBackedUp lastUsedAt } passkeySignals { rpId userId allAcceptedCredentialIds name displayName } } } }'
const RENAME = `mutation Rename($input: RenameFactorInput!) { renameFactor(input: $input) { id name } }`
const REMOVE = `mutation Remove($input: RemoveFactorInput!) { removeFactor(input: $input) { factors { id } } }`
const CODES = 'mutation { createRecoveryCodes { codes } }'

let stack: Stack
let page: string

beforeAll(async () => {
  stack = await startStack()
  page = pageOf(stack)
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  await stack.db('throttles').delete()
})

const send = (document: string, input: object, headers = {}) =>
  askWith(stack.client, document, input, headers)

const own = async (headers: Readonly<Record<string, string>>) =>
  (await stack.client.send(FACTORS, {}, headers)).data.viewer.user

describe('adding', () => {
  test('one that is found without a name, and asks for its holder; listed by where it is kept, and told by mail', async () => {
    const person = await registerPerson(stack)
    const added = await addPasskey(stack, person, {
      deviation: { aaguid: 'bada5566-a7aa-401f-bd96-45619a55120d' },
    })
    expect(added.options).toMatchObject({
      rp: { id: 'localhost', name: 'Sallyport' },
      user: { name: person.email },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: [],
    })
    expect(Buffer.from(added.options.user.id, 'base64url')).toHaveLength(32)
    expect(added.confirmed).toMatchObject({ kind: 'PASSKEY', name: '1Password', isBackedUp: true })
    const { factors, passkeySignals } = await own(person.headers)
    expect(factors).toMatchObject([{ id: added.confirmed.id, kind: 'PASSKEY', lastUsedAt: null }])
    expect(passkeySignals).toEqual({
      rpId: 'localhost',
      userId: added.options.user.id,
      allAcceptedCredentialIds: [added.passkey.id],
      name: person.email,
      displayName: person.email,
    })
    await stack.mailbox.takeAbout(person.email, 'new passkey')
    const second = await addPasskey(stack, person, { name: ' work laptop ' })
    expect(second.confirmed.name).toBe('work laptop')
    expect(second.options.excludeCredentials).toMatchObject([
      { id: added.passkey.id, transports: ['internal', 'hybrid'] },
    ])
  })

  test('it proves itself for that session: tokens follow at the next refresh', async () => {
    const person = await passkeyHolder(stack)
    const { data } = await refreshWith(stack.client, person.refreshToken)
    expect(decodeJwt(data.refresh.tokens.accessToken)).toMatchObject({
      amr: ['pwd', 'otp', 'pop', 'user', 'mfa'],
      acr: 'aal2',
    })
  })

  test.each<[string, Deviation]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['another RP ID', { rpId: 'evil.example' }],
    ['an answer to get', { type: 'webauthn.get' }],
    ['another challenge', { challenge: 'AAAA' }],
    ['nobody present', { flags: flags.UV }],
    ['its holder not verified', { flags: flags.UP }],
    ['backed up, and cannot be', { flags: flags.UP | flags.UV | flags.BS }],
    ['a frame of another site', { crossOrigin: true }],
    ['a frame that names its page', { crossOrigin: true, topOrigin: 'https://evil.example' }],
    ['a certificate that nobody asked for', { format: 'packed' }],
    ['a format that nobody knows', { format: 'tpm' }],
  ])('refused, and the challenge used up: %s', async (_, deviation) => {
    const person = await registerPerson(stack)
    const added = await addPasskey(stack, person, { deviation })
    expect(added.confirmed.code).toBe('VERIFICATION_FAILED')
    const { verificationId, options } = added
    const { response } = createPasskey(options, page)
    const again = await send(CONFIRM_PASSKEY, { verificationId, response }, person.headers)
    expect(again.code).toBe('VERIFICATION_FAILED')
    expect((await own(person.headers)).factors).toEqual([])
  })

  test.each([
    {},
    { id: 'x', rawId: 'x', type: 'public-key', response: {} },
    {
      id: 1,
      rawId: null,
      type: 'public-key',
      response: { clientDataJSON: [], attestationObject: {} },
    },
    {
      id: 'AA',
      rawId: 'AA',
      type: 'public-key',
      response: { clientDataJSON: 'e30', attestationObject: 'oA' },
    },
    {
      id: 'AA',
      rawId: 'AA',
      type: 'public-key',
      response: { clientDataJSON: '%%', attestationObject: 'v2'.repeat(2000) },
    },
  ])('what cannot be read is refused and harms nothing: %j', async (response) => {
    const person = await registerPerson(stack)
    const { data } = await stack.client.send(START, {}, person.headers)
    const { verificationId, options } = data.startPasskey
    const refused = await send(CONFIRM_PASSKEY, { verificationId, response }, person.headers)
    expect(refused.code).toBe('VERIFICATION_FAILED')
    const begun = await beginPasskey(stack)
    const proof = { verificationId: begun.verificationId, passkey: response }
    expect((await send(PROVE, proof)).code).toBe('VERIFICATION_FAILED')
    expect(options.challenge).not.toBe(begun.options.challenge)
  })

  test('an id of more than 1023 bytes is refused, and one of as many signs in', async () => {
    const person = await registerPerson(stack)
    const made = async (bytes: number) =>
      await addPasskey(stack, person, {
        deviation: { id: randomBytes(bytes).toString('base64url') },
      })
    for (const bytes of [1024, 3000])
      expect((await made(bytes)).confirmed.code).toBe('VERIFICATION_FAILED')
    const { passkey } = await made(1023)
    expect((await signInWith(stack, passkey)).user.id).toBe(person.id)
  })

  test('another session, another person, a late one: worth nothing', async () => {
    const [person, other] = [await registerPerson(stack), await registerPerson(stack)]
    const begin = async () => (await stack.client.send(START, {}, person.headers)).data.startPasskey
    const first = await begin()
    const { response } = createPasskey(first.options, page)
    const input = { verificationId: first.verificationId, response }
    expect((await send(CONFIRM_PASSKEY, input, other.headers)).code).toBe('VERIFICATION_FAILED')
    const { tokens } = await send(LOGIN, {
      email: person.email,
      password: PASSWORD,
      deviceToken: person.deviceToken,
    })
    const elsewhere = await send(CONFIRM_PASSKEY, input, bearer(tokens.accessToken))
    expect(elsewhere.code).toBe('VERIFICATION_FAILED')
    // A second start ends the first.
    const second = await begin()
    expect((await send(CONFIRM_PASSKEY, input, person.headers)).code).toBe('VERIFICATION_FAILED')
    await stack
      .db('verifications')
      .where('purpose', 'PASSKEY')
      .update({ code_expires_at: stack.db.fn.now() })
    const late = {
      verificationId: second.verificationId,
      response: createPasskey(second.options, page).response,
    }
    expect((await send(CONFIRM_PASSKEY, late, person.headers)).code).toBe('VERIFICATION_FAILED')
  })

  test('a credential that an account has is nobody else’s, and is not taken over', async () => {
    const holder = await passkeyHolder(stack)
    const other = await registerPerson(stack)
    const { confirmed } = await addPasskey(stack, other, { deviation: { id: holder.passkey.id } })
    expect(confirmed.code).toBe('CONFLICT')
    expect((await own(other.headers)).factors).toEqual([])
    expect((await signInWith(stack, holder.passkey)).user.id).toBe(holder.id)
  })

  test('a stolen session adds none once there is one: it takes the first', async () => {
    const holder = await passkeyHolder(stack)
    await stack
      .db('sessions')
      .where('id', holder.sessionId)
      .update({ mfa_at: stack.db.raw("now() - interval '16 minutes'") })
    const refused = await stack.client.send(START, {}, holder.headers)
    expect(refused.errors[0]?.extensions).toMatchObject({
      code: 'STEP_UP_REQUIRED',
      challenge: { methods: ['PASSKEY'], maxAgeSeconds: 900 },
    })
  })
})

describe('signing in with nothing else', () => {
  test('nobody is named, and two kinds of proof are shown at once', async () => {
    const holder = await passkeyHolder(stack)
    const begun = await beginPasskey(stack)
    expect(begun.options).toMatchObject({
      rpId: 'localhost',
      userVerification: 'required',
      allowCredentials: [],
    })
    const passkey = usePasskey(holder.passkey, begun.options, page)
    const signedIn = await send(PROVE, { verificationId: begun.verificationId, passkey })
    expect(signedIn.user.id).toBe(holder.id)
    expect(decodeJwt(signedIn.tokens.accessToken)).toMatchObject({
      amr: ['pop', 'user', 'mfa'],
      acr: 'aal2',
      mfa_time: expect.any(Number),
    })
    expect((await own(headersOf(signedIn))).factors[0].lastUsedAt).not.toBeNull()
    const replayed = await send(PROVE, { verificationId: begun.verificationId, passkey })
    expect(replayed.code).toBe('VERIFICATION_FAILED')
    const elsewhere = await beginPasskey(stack)
    const moved = { verificationId: elsewhere.verificationId, passkey }
    expect((await send(PROVE, moved)).code).toBe('VERIFICATION_FAILED')
  })

  test.each<[string, Deviation]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['http, where the page has another port', { origin: 'http://localhost:1' }],
    ['another RP ID', { rpId: 'evil.example' }],
    ['an answer to create', { type: 'webauthn.create' }],
    ['another challenge', { challenge: 'AAAA' }],
    ['nobody present', { flags: flags.UV | flags.BE | flags.BS }],
    ['its holder not verified', { flags: flags.UP | flags.BE | flags.BS }],
    ['a frame of another site', { crossOrigin: true }],
    ['another person’s handle', { userHandle: 'AAAA' }],
    ['a signature of somebody else', { signature: Buffer.from('30060201010201', 'hex') }],
  ])('refused, and the challenge used up: %s', async (_, deviation) => {
    const holder = await passkeyHolder(stack)
    const { verificationId, options } = await beginPasskey(stack)
    const wrong = usePasskey(holder.passkey, options, page, deviation)
    const refused = await send(PROVE, { verificationId, passkey: wrong })
    expect(refused.code).toBe('VERIFICATION_FAILED')
    const passkey = usePasskey(holder.passkey, options, page)
    const late = await send(PROVE, { verificationId, passkey })
    expect(late.code).toBe('VERIFICATION_FAILED')
  })

  test('one that nobody has is said to be unknown, one that cannot be read is not', async () => {
    const holder = await passkeyHolder(stack)
    await stack.db('factors').where('id', holder.factorId).delete()
    const unknown = await signInWith(stack, holder.passkey)
    expect(unknown.extensions).toMatchObject({
      code: 'VERIFICATION_FAILED',
      reason: 'PASSKEY_UNKNOWN',
    })
    const { verificationId } = await beginPasskey(stack)
    const unread = await send(PROVE, { verificationId, passkey: { id: holder.passkey.id } })
    expect(unread.extensions.reason).toBeUndefined()
  })

  test('with cookies it is good in the browser that began, and in no other', async () => {
    const holder = await passkeyHolder(stack)
    const headers = { origin: page }
    const begun = await stack.client.send(
      'mutation { startPasskeyLogin(input: { delivery: COOKIE }) { verificationId options } }',
      {},
      headers,
    )
    const { verificationId, options } = begun.data.startPasskeyLogin
    const [flow] = begun.cookies.find((line) => line.startsWith('__Host-flow='))?.split(';') ?? []
    const input = { verificationId, passkey: usePasskey(holder.passkey, options, page) }
    expect((await send(PROVE, input, headers)).code).toBe('VERIFICATION_FAILED')
    const own = await stack.client.send(PROVE, { input }, { ...headers, cookie: flow ?? '' })
    expect(own.data.verifySession.__typename).toBe('SignedIn')
    expect(own.cookies.some((line) => line.startsWith('__Host-refresh='))).toBe(true)
  })

  test('a suspended person, and a code in its place, get nowhere', async () => {
    const holder = await passkeyHolder(stack)
    const { verificationId } = await beginPasskey(stack)
    for (const method of ['EMAIL_CODE', 'TOTP', 'RECOVERY_CODE', 'PASSKEY']) {
      const refused = await send(PROVE, { verificationId, method, code: '123456' })
      expect(refused.code).toBe('VERIFICATION_FAILED')
    }
    expect((await send(PROVE, { verificationId })).code).toBe('BAD_USER_INPUT')
    await stack.db('users').where('id', holder.id).update({ status: 'SUSPENDED' })
    expect((await signInWith(stack, holder.passkey)).code).toBe('VERIFICATION_FAILED')
  })

  test('of equal answers at once one signs in', async () => {
    const holder = await passkeyHolder(stack)
    const { verificationId, options } = await beginPasskey(stack)
    const proof = { verificationId, passkey: usePasskey(holder.passkey, options, page) }
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(PROVE, proof)))
    expect(answers.filter(({ session }) => session !== undefined)).toHaveLength(1)
  })
})

describe('what an authenticator says of itself', () => {
  test('a counter that goes back, or stands still, is refused, on record and told by mail', async () => {
    const holder = await passkeyHolder(stack, { flags: flags.bound, counter: 7 })
    const bound = { flags: flags.bound }
    expect((await signInWith(stack, holder.passkey, { ...bound, counter: 8 })).user).toBeDefined()
    for (const counter of [8, 7, 0]) {
      const refused = await signInWith(stack, holder.passkey, { ...bound, counter })
      expect(refused.code).toBe('VERIFICATION_FAILED')
    }
    const records = await stack
      .db('audit_events')
      .where({ action: 'passkey.suspected', user_id: holder.id })
    expect(records).toHaveLength(3)
    await stack.mailbox.takeAbout(holder.email, 'was refused')
    expect((await signInWith(stack, holder.passkey, { ...bound, counter: 9 })).user).toBeDefined()
  })

  test('a key that was bound to its device does not become one that is kept elsewhere', async () => {
    const holder = await passkeyHolder(stack, { flags: flags.bound, counter: 1 })
    const moved = await signInWith(stack, holder.passkey, { flags: flags.synced, counter: 2 })
    expect(moved.code).toBe('VERIFICATION_FAILED')
  })

  test('whether it is backed up follows what it said last', async () => {
    const holder = await passkeyHolder(stack, { flags: flags.UP | flags.UV | flags.BE })
    expect((await own(holder.headers)).factors[0].isBackedUp).toBe(false)
    await signInWith(stack, holder.passkey, { flags: flags.synced })
    expect((await own(holder.headers)).factors[0].isBackedUp).toBe(true)
  })
})

describe('after another factor', () => {
  test('it is asked for after the password, on a known device too, and by mail in no way', async () => {
    const holder = await passkeyHolder(stack)
    const { email, deviceToken } = holder
    const login = await send(LOGIN, { email, password: PASSWORD, deviceToken })
    expect(login.verification).toMatchObject({ purpose: 'LOGIN', methods: ['PASSKEY'] })
    const verificationId = login.verification.id
    const asked = await beginPasskey(stack, { verificationId })
    expect(asked.verificationId).toBe(verificationId)
    expect(asked.options.allowCredentials).toMatchObject([{ id: holder.passkey.id }])
    const passkey = usePasskey(holder.passkey, asked.options, page)
    const signedIn = await send(PROVE, { verificationId, passkey })
    expect(signedIn.session.authenticationMethods).toEqual(['pwd', 'pop', 'user', 'mfa'])
  })

  test('one’s password and another’s passkey sign nobody in', async () => {
    const [ada, eve] = [await passkeyHolder(stack), await passkeyHolder(stack)]
    const login = await send(LOGIN, { email: ada.email, password: PASSWORD })
    const verificationId = login.verification.id
    const { options } = await beginPasskey(stack, { verificationId })
    const passkey = usePasskey(eve.passkey, options, page)
    expect((await send(PROVE, { verificationId, passkey })).code).toBe('VERIFICATION_FAILED')
    const again = await beginPasskey(stack, { verificationId })
    const right = usePasskey(ada.passkey, again.options, page)
    expect((await send(PROVE, { verificationId, passkey: right })).user.id).toBe(ada.id)
  })

  test('whoever knows the password and has used up the tries at codes does not keep a passkey out', async () => {
    const person = await passkeyHolder(stack)
    await enrolApp(stack, person)
    const begin = async () => {
      await stack.db('throttles').whereNot('key', 'like', '%code-account%').delete()
      return (await send(LOGIN, { email: person.email, password: PASSWORD })).verification.id
    }
    for (let round = 0; round < 10; round += 1) {
      const verificationId = await begin()
      for (let guess = 0; guess < 5; guess += 1)
        await send(PROVE, { verificationId, method: 'TOTP', code: '000000' })
    }
    const { verificationId, options } = await beginPasskey(stack, { verificationId: await begin() })
    const passkey = usePasskey(person.passkey, options, page)
    const signedIn = await send(PROVE, { verificationId, passkey })
    expect(signedIn.session?.authenticationMethods).toContain('mfa')
  })

  test('it confirms presence, in the session that asked and in no other', async () => {
    const holder = await passkeyHolder(stack)
    const asked = await send(CONFIRM, { password: PASSWORD }, holder.headers)
    expect(asked.verification).toMatchObject({ purpose: 'STEP_UP', methods: ['PASSKEY'] })
    const verificationId = asked.verification.id
    const { options } = await beginPasskey(stack, { verificationId })
    const passkey = usePasskey(holder.passkey, options, page)
    // A login’s challenge confirms nobody, and this one signs nobody in.
    expect((await send(PROVE, { verificationId, passkey })).code).toBe('VERIFICATION_FAILED')
    const next = await beginPasskey(stack, { verificationId })
    const input = { verificationId, passkey: usePasskey(holder.passkey, next.options, page) }
    const confirmed = await send(CONFIRM, input, holder.headers)
    expect(decodeJwt(confirmed.tokens.accessToken)).toMatchObject({ acr: 'aal2' })
    expect((await stack.client.send(CODES, {}, headersOf(confirmed))).code).toBeUndefined()
    const login = await beginPasskey(stack)
    const crossed = usePasskey(holder.passkey, login.options, page)
    const wrong = { verificationId: login.verificationId, passkey: crossed }
    expect((await send(CONFIRM, wrong, headersOf(confirmed))).code).toBe('VERIFICATION_FAILED')
  })

  test('a flow that asks for no passkey gives none, and an unknown one neither', async () => {
    const person = await registerPerson(stack)
    const login = await send(LOGIN, { email: person.email, password: PASSWORD })
    for (const verificationId of [login.verification.id, 'ver_unknown']) {
      expect((await beginPasskey(stack, { verificationId })).code).toBe('VERIFICATION_FAILED')
    }
  })
})

describe('naming and removing', () => {
  test('its owner names and removes it; another’s is not there', async () => {
    const [holder, other] = [await passkeyHolder(stack), await passkeyHolder(stack)]
    const { factorId } = holder
    const named = await send(RENAME, { factorId, name: 'phone' }, holder.headers)
    expect(named.name).toBe('phone')
    expect((await send(RENAME, { factorId, name: 'x' }, other.headers)).code).toBe('NOT_FOUND')
    expect((await send(REMOVE, { factorId }, other.headers)).code).toBe('NOT_FOUND')
    expect((await send(REMOVE, { factorId }, holder.headers)).factors).toEqual([])
    const { passkeySignals } = await own(holder.headers)
    expect(passkeySignals.allAcceptedCredentialIds).toEqual([])
    expect((await signInWith(stack, holder.passkey)).extensions.reason).toBe('PASSKEY_UNKNOWN')
    const { email, deviceToken } = holder
    const login = await send(LOGIN, { email, password: PASSWORD, deviceToken })
    expect(login.session.authenticationMethods).toEqual(['pwd'])
  })

  test('the last way in stays', async () => {
    const alone = await startStack({ env: { SIGN_IN_METHODS: 'password,passkey' } })
    try {
      const holder = await passkeyHolder(alone)
      await alone.db('users').where('id', holder.id).update({ password_hash: null })
      const { factorId } = holder
      const last = await askWith(alone.client, REMOVE, { factorId }, holder.headers)
      expect(last.extensions).toMatchObject({ code: 'CONFLICT', reason: 'LAST_WAY_IN' })
      const second = await addPasskey(alone, holder)
      const removed = await askWith(alone.client, REMOVE, { factorId }, holder.headers)
      expect(removed.factors).toEqual([{ id: second.confirmed.id }])
    } finally {
      await alone.stop()
    }
  })
})

describe('where', () => {
  test('pages and apps that are listed may use one, and browsers are told which', async () => {
    const app = 'android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    const shop = 'https://shop.example'
    const several = await startStack({ env: { PASSKEY_ORIGINS: `${shop},${app}` } })
    try {
      const holder = await passkeyHolder(several)
      for (const origin of [shop, app, pageOf(several)]) {
        expect((await signInWith(several, holder.passkey, { origin })).user?.id).toBe(holder.id)
      }
      for (const origin of [`${shop}.evil.example`, 'http://shop.example', 'null']) {
        const refused = await signInWith(several, holder.passkey, { origin })
        expect(refused.code).toBe('VERIFICATION_FAILED')
      }
      const told = await fetch(new URL('/.well-known/webauthn', several.client.url))
      expect(told.headers.get('content-type')).toBe('application/json')
      expect(await told.json()).toEqual({ origins: [pageOf(several), shop] })
    } finally {
      await several.stop()
    }
  })

  test('where they are not offered none begins a sign-in; with MFA=off none is added either', async () => {
    const none = await startStack({ env: { SIGN_IN_METHODS: 'password', MFA: 'off' } })
    try {
      const methods = await none.client.send('{ signInMethods { passkey } }')
      expect(methods.data.signInMethods).toEqual({ passkey: false })
      const refused = await beginPasskey(none)
      expect(refused.extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'METHOD_NOT_OFFERED' })
      const person = await registerPerson(none)
      const start = await none.client.send(START, {}, person.headers)
      expect(start.errors[0]?.extensions.reason).toBe('METHOD_NOT_OFFERED')
    } finally {
      await none.stop()
    }
  })
})
