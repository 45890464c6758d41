// What tests of passkeys ask for: adding one, signing in with it, and the page where that happens.
import { bearer } from '../../client.ts'
import type { Stack } from '../../harness.ts'
import { type Person, registerPerson } from '../../people.ts'
import {
  createPasskey,
  type Deviation,
  type SoftwarePasskey,
  usePasskey,
} from '../../software-passkey.ts'
import { askWith, PROVE } from './ask.ts'

export const START = 'mutation { startPasskey { verificationId options } }'
export const CONFIRM_PASSKEY = `mutation Confirm($input: ConfirmPasskeyInput!) { confirmPasskey(input: $input) { id kind name isBackedUp createdAt lastUsedAt } }`
const BEGIN = `mutation Begin($input: StartPasskeyLoginInput) { startPasskeyLogin(input: $input) { verificationId options } }`

/** The page that asks. */
export const pageOf = ({ env }: Pick<Stack, 'env'>): string => env.PUBLIC_URL ?? ''

export async function addPasskey(
  stack: Stack,
  { headers }: Pick<Person, 'headers'>,
  { deviation, name }: { deviation?: Deviation; name?: string } = {},
) {
  const { data, text } = await stack.client.send(START, {}, headers)
  if (!data?.startPasskey) throw new Error(`startPasskey failed: ${text}`)
  const { verificationId, options } = data.startPasskey
  const { passkey, response } = createPasskey(options, pageOf(stack), deviation)
  const confirmed = await askWith(
    stack.client,
    CONFIRM_PASSKEY,
    { verificationId, response, ...(name !== undefined && { name }) },
    headers,
  )
  return { passkey, response, options, verificationId, confirmed }
}

/** Somebody with a passkey. */
export async function passkeyHolder(
  stack: Stack,
  deviation?: Deviation,
): Promise<Person & { passkey: SoftwarePasskey; factorId: string }> {
  const person = await registerPerson(stack)
  const { passkey, confirmed } = await addPasskey(stack, person, deviation ? { deviation } : {})
  return { ...person, passkey, factorId: confirmed.id }
}

export async function beginPasskey(stack: Stack, input: object = {}, headers = {}) {
  return await askWith(stack.client, BEGIN, input, headers)
}

/** From nothing to a session, in which nobody is named. */
export async function signInWith(
  stack: Stack,
  passkey: SoftwarePasskey,
  deviation: Deviation = {},
) {
  const { verificationId, options } = await beginPasskey(stack)
  const answer = usePasskey(passkey, options, pageOf(stack), deviation)
  return await askWith(stack.client, PROVE, { verificationId, passkey: answer })
}

export const headersOf = (signedIn: { tokens: { accessToken: string } }) =>
  bearer(signedIn.tokens.accessToken)
