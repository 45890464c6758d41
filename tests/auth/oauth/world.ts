// A deployment with an admin, and a person who is signed in in a browser: what tests of relying parties begin with.
import { type Stack, startStack } from '../../harness.ts'
import { type Person, registerPerson } from '../../people.ts'
import { becomeAdmin } from './apps.ts'
import { WebBrowser } from './web-browser.ts'

export interface ProviderWorld {
  readonly stack: Stack
  readonly issuer: URL
  readonly admin: Person
  readonly person: Person
  /** The person's. */
  readonly browser: WebBrowser
}

export async function startProviderWorld(
  env: Readonly<Record<string, string>> = {},
): Promise<ProviderWorld> {
  const stack = await startStack({ env: { SESSION_VERIFICATION: 'off', ...env } })
  const admin = await becomeAdmin(stack)
  const person = await registerPerson(stack)
  const browser = new WebBrowser(stack)
  await browser.signIn(stack, person)
  return { stack, issuer: new URL(stack.env.PUBLIC_URL ?? ''), admin, person, browser }
}
