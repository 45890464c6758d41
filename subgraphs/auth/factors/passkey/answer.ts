// What a browser answers (`toJSON` of a PublicKeyCredential), as far as it is read, and what it says before any of it is believed.
import { z } from 'zod'

/** A registration with a key for tomorrow's algorithms and a long id stays below. */
const MAX_LENGTH = 16_384

/** For inputs: an object of bounded size. */
export const passkeyAnswer = z
  .record(z.string(), z.unknown())
  .refine(
    (answer) => JSON.stringify(answer).length <= MAX_LENGTH,
    `Use at most ${MAX_LENGTH} characters of JSON.`,
  )

const text = z.string().max(MAX_LENGTH)
const credential = { id: text, rawId: text, type: z.literal('public-key') }

const assertion = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: text,
    authenticatorData: text,
    signature: text,
    userHandle: text.nullish(),
  }),
})

const registration = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: text,
    attestationObject: text,
    transports: z.array(z.string().max(32)).max(8).optional(),
  }),
})

export type AssertionAnswer = z.infer<typeof assertion>
export type RegistrationAnswer = z.infer<typeof registration>

/** null: it is none. */
export function assertionIn(json: string): AssertionAnswer | null {
  return parse(assertion, json)
}

export function registrationIn(json: string): RegistrationAnswer | null {
  return parse(registration, json)
}

/** A frame of another site's page may not ask on behalf of ours, whatever its Permissions-Policy allows. */
export function isOfOwnPage(clientDataJson: string): boolean {
  const clientData = parse(
    z.object({ crossOrigin: z.literal(false).optional() }),
    Buffer.from(clientDataJson, 'base64url').toString('utf8'),
  )
  return clientData !== null
}

function parse<T>(shape: z.ZodType<T>, json: string): T | null {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return null
  }
  return shape.safeParse(value).data ?? null
}
