// In which language a mail is: of the person who asked for it; a warning never in an intruder's.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, newEmail, PASSWORD, REGISTER, registerPerson, VERIFY } from '../people.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack({ env: { PRODUCT_NAME: 'Hill & Dale' } })
})
afterAll(async () => {
  await stack?.stop()
})

const GERMAN = { 'accept-language': 'fr-CH, de-AT;q=0.9, en;q=0.5' }

test.each([
  ['de-AT', 'ist Ihr Code für Hill & Dale'],
  ['en-GB,de;q=0.9', 'is your code for Hill & Dale'],
  ['fr-FR', 'is your code for Hill & Dale'],
  ['de;q=0, *', 'is your code for Hill & Dale'],
  ['x'.repeat(5000), 'is your code for Hill & Dale'],
])('a code is in the language of the browser that asked for it (%s)', async (accept, words) => {
  const email = newEmail()
  await stack.client.send(
    REGISTER,
    { input: { email, password: PASSWORD } },
    { 'accept-language': accept },
  )
  expect((await stack.mailbox.take(email)).subject).toContain(words)
})

test('with and without an account a forgotten password is answered in the same language', async () => {
  const { email } = await registerPerson(stack)
  for (const [address, words] of [
    [email, 'Code für ein neues Passwort'],
    [newEmail(), 'Sie haben kein Konto'],
  ] as const) {
    await stack.client.send(
      'mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { id } }',
      { input: { email: address } },
      GERMAN,
    )
    expect((await stack.mailbox.take(address)).subject).toContain(words)
  }
})

test('a warning is in the default language, whatever the device asks for that caused it', async () => {
  const { email } = await registerPerson(stack)
  const begun = await stack.client.send(LOGIN, { input: { email, password: PASSWORD } }, GERMAN)
  const mail = await stack.mailbox.take(email)
  expect(mail.subject).toContain('ist Ihr Anmeldecode')
  const input = {
    verificationId: begun.data.login.verification.id,
    code: /\d{8}/.exec(mail.text)?.[0],
  }
  await stack.client.send(VERIFY, { input }, GERMAN)
  expect((await stack.mailbox.take(email)).subject).toContain('A new device signed in')
})

test('auth is told the name of a language of ours, and nothing else that the client wrote', async () => {
  const email = newEmail()
  await stack.client.send(
    REGISTER,
    { input: { email, password: PASSWORD } },
    { 'accept-language': 'en', 'sallyport-client-language': 'de' },
  )
  expect((await stack.mailbox.take(email)).subject).toContain('is your code')
})
