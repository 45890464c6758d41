// The hosted pages ask for a factor that they have no words for, as anybody adds one with a folder and a line.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../../harness.ts'
import { registerPerson } from '../../people.ts'
import { WebBrowser } from '../oauth/web-browser.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(async () => {
  await stack?.stop()
})

const CODE = '<label for="code">Code</label>'

test('a sign-in asks for it, before what stands in for it, and each leads to the other', async () => {
  const browser = new WebBrowser(stack)
  const methods = ['RECOVERY_CODE', 'PIGEON', 'EMAIL_CODE']
  const challenge = { id: 'x', methods, sentTo: null, began: 'sign-in' }
  const cookie = Buffer.from(JSON.stringify(challenge)).toString('base64url')
  browser.cookies.set('__Host-challenge', cookie)
  const { html } = await browser.open('/verify')
  expect(html).toContain(CODE)
  expect(html).toMatch(/with=RECOVERY_CODE[^>]*>Use a recovery code</)
  const other = await browser.open('/verify?with=RECOVERY_CODE')
  expect(other.html).toMatch(/with=PIGEON[^>]*>Use another way</)
})

test('whoever holds it confirms with it that they are still there', async () => {
  const person = await registerPerson(stack)
  const holds = { further_methods: ['PIGEON', 'RECOVERY_CODE'] }
  await stack.db('users').where('id', person.id).update(holds)
  const browser = new WebBrowser(stack)
  browser.cookies.set('__Host-device', person.deviceToken)
  await browser.signIn(stack, person)
  const { html } = await browser.open('/confirm')
  expect(html).toContain(CODE)
  expect(html).not.toContain('value="mail"')
})

test('whoever has a password gets from the mailed code back to it', async () => {
  const person = await registerPerson(stack)
  const browser = new WebBrowser(stack)
  browser.cookies.set('__Host-device', person.deviceToken)
  await browser.signIn(stack, person)
  const { html } = await browser.open('/confirm?with=EMAIL_CODE')
  expect(html).toMatch(/with=PASSWORD[^>]*>Use the password</)
})
