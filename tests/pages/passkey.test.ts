// Passkeys in Chromium, which alone decides about RP IDs, origins and who is asked for a finger; its authenticator is a virtual one.
import type { Browser, BrowserContext, CDPSession } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { launchChromium, type Page } from '../chromium.ts'
import { type Stack, startStack } from '../harness.ts'
import { PASSWORD, type Person, registerPerson } from '../people.ts'

// Of the browser.
declare const PublicKeyCredential: any
declare const navigator: any

vi.setConfig({ testTimeout: 240_000 })

const RESULT = `__typename
  ... on SignedIn { csrfToken user { email } session { authenticationMethods } }
  ... on VerificationRequired { verification { id methods } }`
const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) { ${RESULT} } }`
const PROVE = `mutation ($input: VerifySessionInput!) { verifySession(input: $input) { ${RESULT} } }`
const START = 'mutation { startPasskey { verificationId options } }'
const CONFIRM = `mutation ($input: ConfirmPasskeyInput!) { confirmPasskey(input: $input) { id kind isBackedUp } }`
const BEGIN = `mutation ($input: StartPasskeyLoginInput) { startPasskeyLogin(input: $input) { verificationId options } }`
const LOGOUT = 'mutation { logout { revokedSessionIds } }'
const VIEWER =
  '{ viewer { user { email factors { kind } passkeySignals { rpId userId allAcceptedCredentialIds } } } }'

let stack: Stack
let chromium: Browser
let context: BrowserContext
let page: Page
let devtools: CDPSession
let authenticatorId: string
let person: Person

beforeAll(async () => {
  ;[stack, chromium] = await Promise.all([startStack(), launchChromium()])
})
afterAll(async () => {
  await chromium?.close()
  await stack?.stop()
})

// A person with a browser and an authenticator of their own for each test.
beforeEach(async () => {
  person = await registerPerson(stack)
  // Calls of the test itself, where the page's own policy lets it ask nobody.
  context = await chromium.newContext({ bypassCSP: true })
  page = await context.newPage()
  devtools = await context.newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const added = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: true,
      defaultBackupState: true,
    },
  })
  authenticatorId = added.authenticatorId
  await page.goto(`${stack.env.PUBLIC_URL}/`)
})
afterEach(async () => {
  await context?.close()
})

/** As a script of the page does it, with its cookies. @returns the one root field */
async function ask(query: string, input?: object, csrfToken?: string): Promise<any> {
  const answer: any = await page.evaluate(
    async ([query, input, csrfToken]) => {
      const response = await fetch('/graphql', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(csrfToken && { 'x-csrf-token': csrfToken }),
        },
        body: JSON.stringify({ query, variables: { input } }),
      })
      return await response.json()
    },
    [query, input, csrfToken] as const,
  )
  expect(answer.errors).toBeUndefined()
  return Object.values(answer.data)[0]
}

/** The documented two lines, and what they reject with. */
const create = (options: object) =>
  page.evaluate(async (options) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
    const made = await navigator.credentials.create({ publicKey })
    return made.toJSON()
  }, options)

const get = (options: object) =>
  page.evaluate(async (options) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
    const found = await navigator.credentials.get({ publicKey })
    return found.toJSON()
  }, options)

/** Signs in with the cookies of the page, and adds a passkey. @returns what the authenticator made */
async function addPasskey(): Promise<{ id: string }> {
  const { email } = person
  const login = await ask(LOGIN, { email, password: PASSWORD, delivery: 'COOKIE' })
  const { csrfToken } = await ask(PROVE, {
    verificationId: login.verification.id,
    code: await stack.mailbox.takeCode(email),
  })
  const { verificationId, options } = await ask(START, undefined, csrfToken)
  const response = await create(options)
  const added = await ask(CONFIRM, { verificationId, response }, csrfToken)
  expect(added).toMatchObject({ kind: 'PASSKEY', isBackedUp: true })
  return response
}

test('added in a session, signed in with alone, asked for after the password, and told to the browser', async () => {
  const { email } = person
  const response = await addPasskey()
  const { user } = await ask(VIEWER)
  expect(user.passkeySignals).toMatchObject({
    rpId: 'localhost',
    allAcceptedCredentialIds: [response.id],
  })
  await ask(LOGOUT)

  const asked = await ask(BEGIN, { delivery: 'COOKIE' })
  expect(asked.options.allowCredentials).toEqual([])
  const signedIn = await ask(PROVE, {
    verificationId: asked.verificationId,
    passkey: await get(asked.options),
  })
  expect(signedIn).toMatchObject({
    user: { email },
    session: { authenticationMethods: ['pop', 'user', 'mfa'] },
  })
  expect((await ask(VIEWER)).user.email).toBe(email)
  await ask(LOGOUT)

  const again = await ask(LOGIN, { email, password: PASSWORD, delivery: 'COOKIE' })
  expect(again.verification.methods).toEqual(['PASSKEY'])
  const next = await ask(BEGIN, { verificationId: again.verification.id })
  expect(next.options.allowCredentials).toMatchObject([{ id: response.id }])
  const further = await ask(PROVE, {
    verificationId: again.verification.id,
    passkey: await get(next.options),
  })
  expect(further.session.authenticationMethods).toEqual(['pwd', 'pop', 'user', 'mfa'])
  // The authenticator holds what the signals name, and a browser takes them as they are.
  const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId })
  expect(credentials).toHaveLength(1)
  await page.evaluate(async (signals) => {
    await PublicKeyCredential.signalAllAcceptedCredentials?.(signals)
  }, user.passkeySignals)
})

test('a browser that could not verify its holder answers nothing, and one of another RP ID neither', async () => {
  await addPasskey()
  const asked = await ask(BEGIN, { delivery: 'COOKIE' })
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await expect(get({ ...asked.options, timeout: 2_000 })).rejects.toThrow('NotAllowedError')
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
  await expect(get({ ...asked.options, rpId: 'example.com' })).rejects.toThrow('SecurityError')
})
