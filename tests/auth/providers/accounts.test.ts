// Which account a provider opens: by issuer and subject alone. An address opens one only once its mailbox was proved, to us.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { commands } from '../../../subgraphs/auth/operator/commands.ts'
import { codeOf, enrolApp, forgetSteps } from '../../authenticator.ts'
import { bearer } from '../../client.ts'
import { type Stack, startStack } from '../../harness.ts'
import { linkToken, nothingLeftToMail } from '../../mailbox.ts'
import { LOGIN, newEmail, PASSWORD, type Person, registerPerson, viewerOf } from '../../people.ts'
import {
  CLIENT_ID,
  envFor,
  type PretendProvider,
  startPretendProvider,
} from './pretend-provider.ts'
import { finish, person, START, signIn, start } from './sign-in.ts'

const LINK = `mutation Link($input: LinkIdentityInput!) { linkIdentity(input: $input) { verificationId url } }`
const CONFIRM = `mutation Confirm($input: ConfirmIdentityInput!) { confirmIdentity(input: $input) { id linkedIdentities { id provider email } } }`
const UNLINK = `mutation Unlink($input: UnlinkIdentityInput!) { unlinkIdentity(input: $input) { id linkedIdentities { id } } }`
const MINE = `{ viewer { user { id linkedIdentities { id provider email createdAt lastUsedAt } } } }`

let provider: PretendProvider
let other: PretendProvider
let stack: Stack

beforeAll(async () => {
  provider = await startPretendProvider()
  other = await startPretendProvider()
  stack = await startStack({ env: env() })
})
afterAll(async () => {
  await stack?.stop()
  await provider?.stop()
  await other?.stop()
})
beforeEach(async () => {
  await stack.db('throttles').delete()
})

/** Two providers: what the first calls a verified address is believed, what the second says is not. */
function env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    ...envFor(provider),
    PROVIDERS: 'acme,other',
    PROVIDER_ACME_TRUST_EMAIL: 'on',
    PROVIDER_OTHER_ISSUER: other.issuer,
    PROVIDER_OTHER_CLIENT_ID: CLIENT_ID,
    ...more,
  }
}

async function withStack<T>(
  more: Readonly<Record<string, string>>,
  work: (stack: Stack) => Promise<T>,
): Promise<T> {
  const own = await startStack({ env: env(more) })
  try {
    return await work(own)
  } finally {
    await own.stop()
  }
}

const byOther = (of: Stack, sub: string, email: string) =>
  signIn(of, other, person(sub, email), { provider: 'other' })
let people = 0
const newSub = () => {
  people += 1
  return `person-${people}`
}

async function linkTo(owner: Pick<Person, 'headers'>, sub: string) {
  const begun = await stack.client.send(LINK, { input: { provider: 'acme' } }, owner.headers)
  if (begun.code !== undefined) return begun
  const { verificationId, url } = begun.data.linkIdentity
  const providerAnswer = provider.consent(url, person(sub))
  return await stack.client.send(
    CONFIRM,
    { input: { verificationId, providerAnswer } },
    owner.headers,
  )
}

const identitiesOf = async (userId: string) =>
  await stack.db('linked_identities').where('user_id', userId).orderBy('id')

describe('somebody new', () => {
  test('with an address that is believed has an account and a session at once', async () => {
    const [email, sub] = [newEmail(), newSub()]
    const grant = { claims: { sub, email, email_verified: true, name: 'Ada Lovelace' } }
    const { data } = await signIn(stack, provider, grant, { deviceName: 'Reading lamp' })
    expect(data.verifySession).toMatchObject({
      __typename: 'SignedIn',
      session: { authenticationMethods: ['fed'], device: 'Reading lamp' },
      user: { email, emailVerified: true, fullName: 'Ada Lovelace' },
    })
    const viewer = await viewerOf(stack.client, data.verifySession.tokens.accessToken)
    expect(viewer.data.viewer.user.id).toBe(data.verifySession.user.id)
    await nothingLeftToMail(stack.db)
    expect(stack.mailbox.messages.filter(({ to }) => to === email)).toEqual([])
    const again = await signIn(stack, provider, person(sub, email))
    expect(again.data.verifySession.user.id).toBe(data.verifySession.user.id)
  })

  test('with any other address proves the mailbox first', async () => {
    for (const begin of [
      (email: string, sub: string) => byOther(stack, sub, email),
      (email: string, sub: string) => signIn(stack, provider, person(sub, email, false)),
    ]) {
      const [email, sub] = [newEmail(), newSub()]
      const { data } = await begin(email, sub)
      const { id: verificationId, ...shown } = data.verifySession.verification
      expect(shown).toEqual({ purpose: 'LOGIN', methods: ['EMAIL_CODE'], sentTo: 'p…@example.com' })
      expect(await stack.db('users').where({ email_normalized: email })).toEqual([])
      const code = await stack.mailbox.takeCode(email)
      const signedIn = await finish(stack, { verificationId, code })
      expect(signedIn.data.verifySession).toMatchObject({
        session: { authenticationMethods: ['fed', 'otp'] },
        user: { email, emailVerified: true },
      })
      expect(await identitiesOf(signedIn.data.verifySession.user.id)).toHaveLength(1)
    }
  })

  test('without an address is told to come another way', async () => {
    for (const email of [undefined, '', 'no address', 'a@b@c', `${'x'.repeat(400)}@example.com`]) {
      const answer = await signIn(stack, provider, person(newSub(), email))
      expect(answer.errors[0]?.extensions).toMatchObject({
        code: 'FORBIDDEN',
        reason: 'EMAIL_MISSING',
      })
    }
  })

  test('the address may stand in the userinfo document, with what is said of it there', async () => {
    const [email, sub] = [newEmail(), newSub()]
    const userinfo = { sub, email, email_verified: true }
    const { data } = await signIn(stack, provider, {
      claims: { sub, email_verified: true },
      userinfo,
    })
    expect(data.verifySession.user.email).toBe(email)
    const mixed = await signIn(stack, provider, {
      claims: { sub: newSub(), email_verified: true },
      userinfo: { sub: 'somebody else', email: newEmail() },
    })
    expect(mixed.code).toBe('VERIFICATION_FAILED')
  })

  test('two who answer with one identity at once are one person', async () => {
    const [email, sub] = [newEmail(), newSub()]
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => signIn(stack, provider, person(sub, email))),
    )
    const ids = answers.flatMap(({ data }) => data?.verifySession?.user?.id ?? [])
    expect(new Set(ids).size).toBe(1)
    expect(await stack.db('users').where({ email_normalized: email })).toHaveLength(1)
  })
})

describe('an address that has an account', () => {
  test('opens nothing before its mailbox was proved, whatever the provider says of it', async () => {
    const owner = await registerPerson(stack)
    const { data } = await signIn(stack, provider, person(newSub(), owner.email))
    const { id: verificationId } = data.verifySession.verification
    expect(await identitiesOf(owner.id)).toEqual([])
    const mail = await stack.mailbox.take(owner.email)
    expect(mail.text).toContain('Acme')
    const [code = ''] = /\b\d{8}\b/.exec(mail.text) ?? []
    const wrong = await finish(stack, { verificationId, code: '00000000' })
    expect(wrong.errors[0]?.extensions).toMatchObject({
      code: 'VERIFICATION_FAILED',
      attemptsRemaining: 4,
    })
    const signedIn = await finish(stack, { verificationId, code })
    expect(signedIn.data.verifySession.user.id).toBe(owner.id)
    expect(await identitiesOf(owner.id)).toHaveLength(1)
  })

  test('an address that changes there changes nobody here', async () => {
    const [first, second] = [newSub(), newSub()]
    const email = newEmail()
    const owner = (await signIn(stack, provider, person(first, email))).data.verifySession.user
    const moved = await signIn(stack, provider, person(first, newEmail()))
    expect(moved.data.verifySession.user).toMatchObject({ id: owner.id, email })
    // Somebody who has the address there today.
    const later = await signIn(stack, provider, person(second, email))
    expect(later.data.verifySession.__typename).toBe('VerificationRequired')
  })

  test('one subject at two providers is two people', async () => {
    const sub = newSub()
    const one = await signIn(stack, provider, person(sub, newEmail()))
    const two = await byOther(stack, sub, newEmail())
    expect(one.data.verifySession.__typename).toBe('SignedIn')
    expect(two.data.verifySession.__typename).toBe('VerificationRequired')
  })

  test('nobody learns with a provider of their own who has an account', async () => {
    const owner = await registerPerson(stack)
    const suspended = await registerPerson(stack)
    await stack.db('users').where('id', suspended.id).update({ status: 'SUSPENDED' })
    const shapes = []
    for (const email of [owner.email, newEmail(), suspended.email]) {
      const { status, headers, data } = await byOther(stack, newSub(), email)
      const { id, ...verification } = data.verifySession.verification
      shapes.push({ status, names: [...headers.keys()], verification, length: id.length })
    }
    expect(shapes[1]).toEqual(shapes[0])
    expect(shapes[2]).toEqual(shapes[0])
  })

  test('whoever holds a further factor is asked for it, and only then is anything linked', async () => {
    const owner = await registerPerson(stack)
    const app = await enrolApp(stack, owner)
    const { data } = await byOther(stack, newSub(), owner.email)
    const { id: verificationId } = data.verifySession.verification
    const next = await finish(stack, {
      verificationId,
      code: await stack.mailbox.takeCode(owner.email),
    })
    expect(next.data.verifySession.verification.methods).toEqual(['TOTP'])
    expect(await identitiesOf(owner.id)).toEqual([])
    await stack.db('totp_secrets').update({ last_step: 0 })
    const signedIn = await finish(stack, { verificationId, code: codeOf(app.secret) })
    expect(signedIn.data.verifySession.session.authenticationMethods).toEqual(['fed', 'otp', 'mfa'])
    expect(await identitiesOf(owner.id)).toHaveLength(1)
  })
})

test('whoever names somebody at a provider of their own uses up none of their guesses', async () => {
  const owner = await registerPerson(stack)
  const app = await enrolApp(stack, owner)
  for (let round = 0; round < 11; round += 1) {
    await stack.db('throttles').whereNot('key', 'like', '%code-account%').delete()
    const { data } = await byOther(stack, newSub(), owner.email)
    const { id: verificationId } = data.verifySession.verification
    for (let guess = 0; guess < 5; guess += 1) {
      await finish(stack, { verificationId, method: 'TOTP', code: '000000' })
    }
  }
  await stack.db('throttles').whereNot('key', 'like', '%code-account%').delete()
  await stack.db('totp_secrets').update({ last_step: 0 })
  const login = await stack.client.send(LOGIN, {
    input: { email: owner.email, password: PASSWORD },
  })
  const { id: verificationId } = login.data.login.verification
  const signedIn = await finish(stack, { verificationId, code: codeOf(app.secret) })
  expect(signedIn.data.verifySession.__typename).toBe('SignedIn')
})

describe('where a further factor is demanded', () => {
  const ENROL = `mutation ($input: EnrolFactorInput!) { enrolFactor(input: $input) { __typename ... on TotpEnrolment { secret } } }`

  test('a new account adds one after provider and mailbox, and is linked', async () => {
    await withStack({ MFA: 'required' }, async (own) => {
      const [email, sub] = [newEmail(), newSub()]
      const { data } = await signIn(own, provider, person(sub, email))
      const { id: verificationId } = data.verifySession.verification
      const code = await own.mailbox.takeCode(email)
      const next = await finish(own, { verificationId, code })
      expect(next.data.verifySession.verification).toMatchObject({ purpose: 'FACTOR_ENROLMENT' })
      const started = await own.client.send(ENROL, { input: { verificationId, method: 'TOTP' } })
      const { secret } = started.data.enrolFactor
      const done = await finish(own, { verificationId, method: 'TOTP', code: codeOf(secret) })
      expect(done.data.verifySession).toMatchObject({ __typename: 'SignedIn', user: { email } })
      // There is no password that somebody could have known.
      const told = await own.mailbox.takeAbout(email, 'further factor')
      expect(told.text).not.toContain('your password')
      await own.db('totp_secrets').update({ last_step: 0 })
      const again = await signIn(own, provider, person(sub, email))
      expect(again.data.verifySession.verification.methods).toEqual(['TOTP'])
    })
  })

  test('an identity that is not linked does not stand in for the password', async () => {
    await withStack({}, async (own) => {
      const owner = await registerPerson(own)
      const { deps } = own.auths[0] ?? expect.fail('no auth instance')
      Object.assign(deps, {
        config: { ...deps.config, mfa: { ...deps.config.mfa, mode: 'required' } },
      })
      await own.db('throttles').delete()
      const { data } = await byOther(own, newSub(), owner.email)
      const { id: verificationId } = data.verifySession.verification
      const answer = await finish(own, {
        verificationId,
        code: await own.mailbox.takeCode(owner.email),
      })
      expect(answer.errors[0]?.extensions).toMatchObject({
        code: 'FORBIDDEN',
        reason: 'FACTOR_REQUIRED',
      })
      expect(await own.db('linked_identities')).toEqual([])
    })
  })
})

describe('a linked identity', () => {
  test('signs in, and the policy asks for what it asks everybody', async () => {
    const owner = await registerPerson(stack)
    const sub = newSub()
    expect((await linkTo(owner, sub)).data.confirmIdentity.linkedIdentities).toEqual([
      { id: expect.stringMatching(/^idn_/), provider: 'acme', email: null },
    ])
    expect((await signIn(stack, provider, person(sub))).data.verifySession.user.id).toBe(owner.id)
    const app = await enrolApp(stack, owner)
    const asked = await signIn(stack, provider, person(sub))
    const { verification } = asked.data.verifySession
    expect(verification).toMatchObject({ purpose: 'LOGIN', methods: ['TOTP'], sentTo: null })
    await stack.db('totp_secrets').update({ last_step: 0 })
    const done = await finish(stack, { verificationId: verification.id, code: codeOf(app.secret) })
    expect(done.data.verifySession.session.authenticationMethods).toEqual(['fed', 'otp', 'mfa'])
  })

  test('a device that is known is known to it as well', async () => {
    const sub = newSub()
    const email = newEmail()
    const { deviceToken } = (await signIn(stack, provider, person(sub, email))).data.verifySession
    expect(deviceToken).toMatch(/^dvt_/)
    const known = await signIn(stack, provider, person(sub), { deviceToken })
    expect(known.data.verifySession.deviceToken).toBeNull()
    await nothingLeftToMail(stack.db)
    expect(stack.mailbox.messages.filter(({ to }) => to === email)).toEqual([])
    await signIn(stack, provider, person(sub))
    await stack.mailbox.takeAbout(email, 'new device')
  })

  test('of somebody suspended opens nothing', async () => {
    const owner = await registerPerson(stack)
    const sub = newSub()
    await linkTo(owner, sub)
    await stack.db('users').where('id', owner.id).update({ status: 'SUSPENDED' })
    expect((await signIn(stack, provider, person(sub, newEmail()))).code).toBe(
      'VERIFICATION_FAILED',
    )
  })

  test('always proving the mailbox means with a provider, too', async () => {
    await withStack({ SESSION_VERIFICATION: 'always' }, async (own) => {
      const [email, sub] = [newEmail(), newSub()]
      for (let round = 0; round < 2; round += 1) {
        await own.db('throttles').delete()
        const { data } = await signIn(own, provider, person(sub, email))
        const { id: verificationId, methods } = data.verifySession.verification
        expect(methods).toEqual(['EMAIL_CODE'])
        const code = await own.mailbox.takeCode(email)
        const done = await finish(own, { verificationId, code })
        expect(done.data.verifySession.user.email).toBe(email)
      }
    })
  })

  test('goes with the account, and its identity may have another', async () => {
    const [email, sub] = [newEmail(), newSub()]
    const first = (await signIn(stack, provider, person(sub, email))).data.verifySession
    const { deps } = stack.auths[0] ?? expect.fail('no auth instance')
    await stack.db('users').where('id', first.user.id).delete()
    expect(await identitiesOf(first.user.id)).toEqual([])
    expect(deps.providers.all).toHaveLength(2)
    const second = (await signIn(stack, provider, person(sub, email))).data.verifySession
    expect(second.user.id).not.toBe(first.user.id)
  })
})

describe('linking', () => {
  test('is told to every address, on record, and shown to its owner alone', async () => {
    const owner = await registerPerson(stack)
    await linkTo(owner, newSub())
    await stack.mailbox.takeAbout(owner.email, 'can be opened with Acme')
    const { data } = await stack.client.send(MINE, {}, owner.headers)
    expect(data.viewer.user.linkedIdentities).toEqual([
      {
        id: expect.any(String),
        provider: 'acme',
        email: null,
        createdAt: expect.any(String),
        lastUsedAt: expect.any(String),
      },
    ])
    const stranger = await registerPerson(stack)
    const seen = await stack.client.send(
      'query ($id: ID!) { user(id: $id) { linkedIdentities { id } } }',
      { id: owner.id },
      stranger.headers,
    )
    expect(seen.data?.user?.linkedIdentities ?? null).toBeNull()
    const records = await stack
      .db('audit_events')
      .where({ action: 'identity.linked', user_id: owner.id })
    expect(records.length).toBeGreaterThan(0)
  })

  test('needs the session that began it', async () => {
    const owner = await registerPerson(stack)
    const thief = await registerPerson(stack)
    const begun = await stack.client.send(LINK, { input: { provider: 'acme' } }, owner.headers)
    const { verificationId, url } = begun.data.linkIdentity
    const providerAnswer = provider.consent(url, person(newSub()))
    const input = { verificationId, providerAnswer }
    expect((await stack.client.send(CONFIRM, { input }, thief.headers)).code).toBe(
      'VERIFICATION_FAILED',
    )
    expect((await stack.client.send(CONFIRM, { input })).code).toBe('UNAUTHENTICATED')
    // Nor does it sign anybody in, nor a sign-in link.
    expect((await finish(stack, input)).code).toBe('VERIFICATION_FAILED')
    const login = await start(stack)
    const answer = provider.consent(login.url, person(newSub()))
    const mixed = { verificationId: login.verificationId, providerAnswer: answer }
    expect((await stack.client.send(CONFIRM, { input: mixed }, owner.headers)).code).toBe(
      'VERIFICATION_FAILED',
    )
    expect((await stack.client.send(CONFIRM, { input }, owner.headers)).errors).toEqual([])
  })

  test('of what is somebody else’s is refused', async () => {
    const sub = newSub()
    await linkTo(await registerPerson(stack), sub)
    expect((await linkTo(await registerPerson(stack), sub)).code).toBe('CONFLICT')
  })

  test('and unlinking need a recent sign-in, and a further factor where there is one', async () => {
    const owner = await registerPerson(stack)
    const { data } = await linkTo(owner, newSub())
    const [{ id: identityId }] = data.confirmIdentity.linkedIdentities
    const unlink = async () =>
      await stack.client.send(UNLINK, { input: { identityId } }, owner.headers)
    const old = stack.db.raw("now() - interval '1 hour'")
    await enrolApp(stack, owner)
    await stack.db('sessions').where('id', owner.sessionId).update({ mfa_at: old })
    for (const answer of [await linkTo(owner, newSub()), await unlink()]) {
      expect(answer.errors[0]?.extensions).toMatchObject({
        code: 'STEP_UP_REQUIRED',
        challenge: { methods: ['TOTP'] },
      })
    }
    await stack.db('sessions').where('id', owner.sessionId).update({ mfa_at: stack.db.fn.now() })
    expect((await unlink()).data.unlinkIdentity.linkedIdentities).toEqual([])
  })

  test('one that was unlinked proves nothing any more, in a sign-in that was under way either', async () => {
    const owner = await registerPerson(stack)
    const sub = newSub()
    const { data } = await linkTo(owner, sub)
    const [{ id: identityId }] = data.confirmIdentity.linkedIdentities
    const app = await enrolApp(stack, owner)
    const underWay = async () =>
      (await signIn(stack, provider, person(sub))).data.verifySession.verification.id
    const [first, second] = [await underWay(), await underWay()]
    const code = codeOf(app.secret)
    expect((await finish(stack, { verificationId: first, code })).errors).toEqual([])
    await forgetSteps(stack, app.factorId)
    const unlinked = await stack.client.send(UNLINK, { input: { identityId } }, owner.headers)
    expect(unlinked.errors).toEqual([])
    expect((await finish(stack, { verificationId: second, code })).code).toBe('VERIFICATION_FAILED')
  })

  test('the last way in stays', async () => {
    await withStack({ SIGN_IN_METHODS: 'password,provider' }, async (own) => {
      const { data } = await signIn(own, provider, person(newSub(), newEmail()))
      const { user, tokens } = data.verifySession
      const headers = bearer(tokens.accessToken)
      const mine = await own.client.send(MINE, {}, headers)
      const [{ id: identityId }] = mine.data.viewer.user.linkedIdentities
      const unlink = async () => await own.client.send(UNLINK, { input: { identityId } }, headers)
      expect((await unlink()).errors[0]?.extensions).toMatchObject({
        code: 'CONFLICT',
        reason: 'LAST_WAY_IN',
      })
      // One at a provider that is gone from the settings is not a way in.
      await own.db('linked_identities').insert({
        id: 'idn_gone',
        user_id: user.id,
        provider: 'gone',
        issuer: 'https://gone.example',
        subject: 'x',
        session_id: 'ses_x',
      })
      expect((await unlink()).code).toBe('CONFLICT')
      await own
        .db('users')
        .where('id', user.id)
        .update({ password_hash: 'x', password_pepper_version: 1 })
      expect((await unlink()).data.unlinkIdentity.id).toBe(user.id)
      expect(
        (await own.client.send(UNLINK, { input: { identityId: 'idn_nobodys' } }, headers)).code,
      ).toBe('NOT_FOUND')
    })
  })
})

describe('an account that somebody else made first', () => {
  test('an imported one: whoever proves the mailbox by a provider gets it empty', async () => {
    const email = newEmail()
    const { deps } = stack.auths[0] ?? expect.fail('no auth instance')
    const owner = await registerPerson(stack, { email })
    await stack.db('users').where('id', owner.id).update({ email_verified: false })
    await stack.db('user_emails').where('user_id', owner.id).update({ verified_at: null })
    await linkTo(owner, newSub())
    await enrolApp(stack, owner)
    const sub = newSub()
    await stack.db('throttles').delete()
    const { data } = await byOther(stack, sub, email)
    const { id: verificationId } = data.verifySession.verification
    let code = ''
    await expect
      .poll(
        () => {
          const mails = stack.mailbox.messages.filter(
            ({ to, text }) => to === email && text.includes('other'),
          )
          code = /\b\d{8}\b/.exec(mails.at(-1)?.text ?? '')?.[0] ?? ''
          return code
        },
        { timeout: 30_000 },
      )
      .not.toBe('')
    const signedIn = await finish(stack, { verificationId, code })
    expect(signedIn.data.verifySession.user.id).toBe(owner.id)
    const left = await identitiesOf(owner.id)
    expect(left.map(({ subject }) => subject)).toEqual([sub])
    expect(await stack.db('factors').where('user_id', owner.id)).toEqual([])
    // Within the revocation bound.
    await expect
      .poll(async () => (await viewerOf(stack.client, owner.accessToken)).data?.viewer ?? null)
      .toBeNull()
    const login = await stack.client.send(LOGIN, { input: { email, password: PASSWORD } })
    expect(login.code).toBe('INVALID_CREDENTIALS')
    expect(deps.config.registration).toBe('open')
  })

  test('one that is taken back loses the identity that was linked in that session, and no other', async () => {
    const owner = await registerPerson(stack)
    const own = newSub()
    await linkTo(owner, own)
    await stack.db('throttles').delete()
    const login = await stack.client.send(LOGIN, {
      input: { email: owner.email, password: PASSWORD },
    })
    const { id: verificationId } = login.data.login.verification
    let code = ''
    await expect
      .poll(
        () => {
          for (const { to, text } of stack.mailbox.messages)
            if (to === owner.email && text.includes('knows your password'))
              code = /\b\d{8}\b/.exec(text)?.[0] ?? ''
          return code
        },
        { timeout: 30_000 },
      )
      .not.toBe('')
    const intruder = (await finish(stack, { verificationId, code })).data.verifySession
    const planted = newSub()
    const link = await linkTo({ headers: bearer(intruder.tokens.accessToken) }, planted)
    expect(link.errors).toEqual([])
    let token = ''
    await expect
      .poll(
        () => {
          const mail = stack.mailbox.messages.find(
            ({ to, text }) => to === owner.email && text.includes('not-me#'),
          )
          token = mail === undefined ? '' : linkToken(mail.text, 'not-me')
          return token
        },
        { timeout: 30_000 },
      )
      .not.toBe('')
    // With what was planted, on another device: what is linked there goes, too.
    const deeper = (await signIn(stack, provider, person(planted))).data.verifySession
    const second = newSub()
    await linkTo({ headers: bearer(deeper.tokens.accessToken) }, second)
    expect(await identitiesOf(owner.id)).toHaveLength(3)
    const denied = await stack.client.send(
      'mutation ($input: DenySessionInput!) { denySession(input: $input) { resetToken } }',
      { input: { token } },
    )
    expect(denied.errors).toEqual([])
    expect((await identitiesOf(owner.id)).map(({ subject }) => subject)).toEqual([own])
  })
})

describe('REGISTRATION', () => {
  test.each([
    [{ REGISTRATION: 'closed' }, 'REGISTRATION_CLOSED'],
    [{ REGISTRATION: 'invite' }, 'INVITATION_REQUIRED'],
    [{ REGISTRATION: 'domains', REGISTRATION_DOMAINS: 'work.example' }, 'DOMAIN_NOT_ALLOWED'],
  ])(
    '%o lets nobody in whose account does not exist, and everybody whose does',
    async (more, reason) => {
      await withStack(more, async (own) => {
        const { deps } = own.auths[0] ?? expect.fail('no auth instance')
        const answer = await signIn(own, provider, person(newSub(), newEmail()))
        expect(answer.errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', reason })
        const email = newEmail()
        await commands['create-admin'](deps, { email, password: PASSWORD })
        await own.db('throttles').delete()
        const unknown = newEmail()
        const shapes = []
        for (const address of [email, unknown]) {
          const { data } = await byOther(own, newSub(), address)
          shapes.push(data.verifySession.verification.methods)
        }
        expect(shapes).toEqual([['EMAIL_CODE'], ['EMAIL_CODE']])
        expect(await own.mailbox.takeCode(email)).toMatch(/^\d{8}$/)
        await nothingLeftToMail(own.db)
        expect(own.mailbox.messages.filter(({ to }) => to === unknown)).toEqual([])
      })
    },
  )
})

describe('SIGN_IN_METHODS', () => {
  const METHODS = '{ signInMethods { providers { id name } } }'

  test('says which providers there are, in the order of the settings', async () => {
    const { data } = await stack.client.send(METHODS)
    expect(data.signInMethods.providers).toEqual([
      { id: 'acme', name: 'Acme' },
      { id: 'other', name: 'other' },
    ])
    const unknown = await stack.client.send(START, { input: { provider: 'unknown' } })
    expect(unknown.code).toBe('NOT_FOUND')
  })

  test('without provider none is offered, none begins, and none is linked', async () => {
    await withStack({ SIGN_IN_METHODS: 'password,email-code' }, async (own) => {
      expect((await own.client.send(METHODS)).data.signInMethods.providers).toEqual([])
      const owner = await registerPerson(own)
      for (const answer of [
        await own.client.send(START, { input: { provider: 'acme' } }),
        await own.client.send(LINK, { input: { provider: 'acme' } }, owner.headers),
      ]) {
        expect(answer.errors[0]?.extensions).toMatchObject({
          code: 'FORBIDDEN',
          reason: 'METHOD_NOT_OFFERED',
        })
      }
    })
  })
})
