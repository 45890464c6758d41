// Links as people get them: each flow is begun through the front door, and the link is read out of its mail.
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { bearer } from '../client.ts'
import type { Stack } from '../harness.ts'
import { LOGIN, newEmail, PASSWORD, refreshWith, registerPerson, VERIFY } from '../people.ts'

export interface MailedLink {
  readonly url: string
  /** The person whose mail it is. */
  readonly email: string
}

export const linkMakers = {
  'reset-password': mailReset,
  'accept-invitation': mailInvitation,
  'not-me': mailNewDevice,
  'undo-email-change': mailChange,
  'sign-in': mailSignIn,
} as const satisfies Record<string, (stack: Stack) => Promise<MailedLink>>

async function mailReset(stack: Stack): Promise<MailedLink> {
  const { email } = await registerPerson(stack)
  await stack.client.send(
    'mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { id } }',
    { input: { email } },
  )
  return await nextLink(stack, email)
}

async function mailSignIn(stack: Stack): Promise<MailedLink> {
  const { email } = await registerPerson(stack)
  await stack.client.send(
    'mutation ($input: StartEmailLoginInput!) { startEmailLogin(input: $input) { verification { id } } }',
    { input: { email } },
  )
  return await nextLink(stack, email)
}

async function mailInvitation(stack: Stack): Promise<MailedLink> {
  const admin = await registerPerson(stack)
  const [auth] = stack.auths
  if (auth === undefined) throw new Error('no auth instance')
  await commands['grant-role'](auth.deps, { email: admin.email, role: 'admin' })
  const { data } = await refreshWith(stack.client, admin.refreshToken)
  const email = newEmail()
  await stack.client.send(
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }',
    { input: { email, roles: [] } },
    bearer(data.refresh.tokens.accessToken),
  )
  return await nextLink(stack, email)
}

async function mailNewDevice(stack: Stack): Promise<MailedLink> {
  const { email } = await registerPerson(stack)
  const begun = await stack.client.send(LOGIN, { input: { email, password: PASSWORD } })
  const { id: verificationId } = begun.data.login.verification
  const code = await stack.mailbox.takeCode(email)
  await stack.client.send(VERIFY, { input: { verificationId, code } })
  return await nextLink(stack, email)
}

async function mailChange(stack: Stack): Promise<MailedLink> {
  const person = await registerPerson(stack)
  const second = newEmail()
  const send = (query: string, input: object) => stack.client.send(query, { input }, person.headers)
  const begun = await send('mutation ($input: AddEmailInput!) { addEmail(input: $input) { id } }', {
    email: second,
  })
  await send('mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { id } }', {
    verificationId: begun.data.addEmail.id,
    code: await stack.mailbox.takeCode(second),
  })
  return await nextLink(stack, person.email)
}

/** The link of the next mail that has one. */
export async function nextLink(stack: Stack, email: string): Promise<MailedLink> {
  for (;;) {
    const { text } = await stack.mailbox.take(email)
    const url = text.split(/\s/).find((word) => word.startsWith('http') && word.includes('#'))
    if (url !== undefined) return { url, email }
  }
}
