// A remembered device spares the question for the further factor at sign-in, and nothing else.
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type App, codeOf, enrolApp, forgetSteps } from '../../authenticator.ts'
import { bearer } from '../../client.ts'
import { type Stack, startStack } from '../../harness.ts'
import { PASSWORD, type Person, registerPerson } from '../../people.ts'
import { askWith, LOGIN, PROVE } from './ask.ts'
import { addPasskey, headersOf } from './passkey-people.ts'

const DEVICES =
  '{ viewer { user { rememberedDevices { id name rememberedUntil } } } signInMethods { rememberDeviceDays } }'
const FORGET = `mutation Forget($input: ForgetDeviceInput!) { forgetDevice(input: $input) { rememberedDevices { id } } }`
const CHANGE = `mutation Change($input: ChangePasswordInput!) { changePassword(input: $input) { tokens { accessToken } } }`
const CODES = 'mutation { createRecoveryCodes { codes } }'
const NEW_PASSWORD = 'another horse battery staple'

let stack: Stack

beforeAll(async () => {
  stack = await startStack({ env: { REMEMBER_DEVICE_DAYS: '30' } })
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  await stack.db('throttles').delete()
})

const send = (document: string, input: object, headers = {}) =>
  askWith(stack.client, document, input, headers)

const devicesOf = async (headers: Readonly<Record<string, string>>) =>
  (await stack.client.send(DEVICES, {}, headers)).data.viewer.user.rememberedDevices

type Holder = Person & App

const login = async ({ email, deviceToken }: Holder, password = PASSWORD) =>
  await send(LOGIN, { email, password, deviceToken })

/** With password and app, on the device that they registered on. */
async function signInFully(holder: Holder, rememberDevice: boolean) {
  const { verification } = await login(holder)
  const code = codeOf(holder.secret)
  const signedIn = await send(PROVE, { verificationId: verification.id, code, rememberDevice })
  await forgetSteps(stack, holder.factorId)
  return signedIn
}

async function holder(): Promise<Holder> {
  const person = await registerPerson(stack)
  return { ...person, ...(await enrolApp(stack, person)) }
}

test('it is not asked again on that device, and what comes of it has no further factor', async () => {
  const person = await holder()
  expect((await login(person)).verification.methods).toEqual(['TOTP'])
  const first = await signInFully(person, true)
  expect(decodeJwt(first.tokens.accessToken)).toMatchObject({ acr: 'aal2' })
  const spared = await login(person)
  expect(spared.session.authenticationMethods).toEqual(['pwd'])
  const claims = decodeJwt(spared.tokens.accessToken)
  expect(claims.acr).toBe('aal1')
  expect(claims.mfa_time).toBeUndefined()
  // What asks for it gets it asked for.
  const refused = await stack.client.send(CODES, {}, headersOf(spared))
  expect(refused.code).toBe('STEP_UP_REQUIRED')
  const elsewhere = await send(LOGIN, { email: person.email, password: PASSWORD })
  expect(elsewhere.verification.methods).toEqual(['TOTP'])
  const { data } = await stack.client.send(DEVICES, {}, headersOf(spared))
  expect(data.signInMethods.rememberDeviceDays).toBe(30)
  const [device] = data.viewer.user.rememberedDevices
  const days = (new Date(device.rememberedUntil).getTime() - Date.now()) / 86_400_000
  expect(days).toBeGreaterThan(29.9)
  expect(days).toBeLessThan(30.1)
})

test('nobody else’s device is one, nor one that nobody asked to remember', async () => {
  const [ada, eve] = [await holder(), await holder()]
  await signInFully(ada, true)
  await signInFully(eve, false)
  expect((await login(eve)).verification.methods).toEqual(['TOTP'])
  const borrowed = { email: eve.email, password: PASSWORD, deviceToken: ada.deviceToken }
  expect((await send(LOGIN, borrowed)).verification.methods).toEqual(['TOTP'])
  expect((await login(ada, 'wrong password')).code).toBe('INVALID_CREDENTIALS')
})

test('its owner lists and forgets it, and nobody else does', async () => {
  const [ada, eve] = [await holder(), await holder()]
  await signInFully(ada, true)
  const [{ id: deviceId }] = await devicesOf(ada.headers)
  expect((await send(FORGET, { deviceId }, eve.headers)).code).toBe('NOT_FOUND')
  expect((await send(FORGET, { deviceId }, ada.headers)).rememberedDevices).toEqual([])
  expect((await send(FORGET, { deviceId }, ada.headers)).code).toBe('NOT_FOUND')
  expect((await login(ada)).verification.methods).toEqual(['TOTP'])
})

test('its days end', async () => {
  const person = await holder()
  await signInFully(person, true)
  await stack
    .db('known_devices')
    .where('user_id', person.id)
    .update({ remembered_until: stack.db.fn.now() })
  expect((await login(person)).verification.methods).toEqual(['TOTP'])
  expect(await devicesOf(person.headers)).toEqual([])
})

test('it dies with a change of the password, of factors, and of recovery codes', async () => {
  const changed = await holder()
  const headers = headersOf(await signInFully(changed, true))
  const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }
  const { tokens } = await send(CHANGE, change, headers)
  expect(await devicesOf(bearer(tokens.accessToken))).toEqual([])
  expect((await login(changed, NEW_PASSWORD)).verification.methods).toEqual(['TOTP'])

  const more = await holder()
  await addPasskey(stack, { headers: headersOf(await signInFully(more, true)) })
  expect((await login(more)).verification.methods).toEqual(['PASSKEY', 'TOTP'])

  const codes = await holder()
  const again = headersOf(await signInFully(codes, true))
  expect((await stack.client.send(CODES, {}, again)).code).toBeUndefined()
  expect((await login(codes)).verification.methods).toEqual(['TOTP', 'RECOVERY_CODE'])
})

test('where it is not offered nothing is remembered, and where every sign-in is looked at nothing is spared', async () => {
  for (const env of [{}, { REMEMBER_DEVICE_DAYS: '30', SESSION_VERIFICATION: 'always' }]) {
    const other = await startStack({ env })
    try {
      const offered = await other.client.send('{ signInMethods { rememberDeviceDays } }')
      expect(offered.data.signInMethods.rememberDeviceDays).toBe(0)
      const person = await registerPerson(other)
      const app = await enrolApp(other, person)
      const input = { email: person.email, password: PASSWORD, deviceToken: person.deviceToken }
      const begun = await askWith(other.client, LOGIN, input)
      await askWith(other.client, PROVE, {
        verificationId: begun.verification.id,
        code: codeOf(app.secret),
        rememberDevice: true,
      })
      const { data } = await other.client.send(DEVICES, {}, person.headers)
      expect(data.viewer.user.rememberedDevices).toEqual([])
      const next = await askWith(other.client, LOGIN, input)
      expect(next.verification.methods).toEqual(['TOTP'])
    } finally {
      await other.stop()
    }
  }
})
