// What an operator decided, as other gateways believe it: signed with the identity keys that all of them have. Anyone who owns the
// place where it lies can keep it from them, or show an old one, which a gateway that knows a later one does not follow.
import { createLocalJwks, JwtError, verifyStrictJwt } from '@sallyport/claims/jwt'
import { importJWK, type JSONWebKeySet, SignJWT } from 'jose'
import { type Decision, decisionSchema } from './decision.ts'

export interface SignedDecisions {
  sign(decision: Decision): Promise<string>
  /** `null`: nobody of ours signed it, or it is too old. */
  open(text: string): Promise<Decision | null>
}

const TYP = 'graph-decision+jwt'
const AUDIENCE = 'gateways'
/** A gateway without memory follows none that is older. */
const DAYS = 30

export interface SignedDecisionsOptions {
  /** Private ones; the first signs. */
  readonly keys: JSONWebKeySet
  readonly publicKeys: JSONWebKeySet
  readonly issuer: string
  readonly now: () => number
}

export async function createSignedDecisions(
  options: SignedDecisionsOptions,
): Promise<SignedDecisions> {
  const { keys, publicKeys, issuer, now } = options
  const [first] = keys.keys
  if (first === undefined) throw new Error('identity keys: there is none')
  const key = await importJWK(first, 'ES256')
  const { getKey } = await createLocalJwks(publicKeys)
  const maxLifetimeSeconds = DAYS * 24 * 60 * 60

  return {
    sign(decision) {
      const iat = Math.floor(now() / 1000)
      return new SignJWT({
        ...decision,
        iss: issuer,
        aud: AUDIENCE,
        iat,
        exp: iat + maxLifetimeSeconds,
      })
        .setProtectedHeader({ alg: 'ES256', typ: TYP, kid: String(first.kid) })
        .sign(key)
    },
    async open(text) {
      try {
        const expected = { typ: TYP, issuer, audience: AUDIENCE, maxLifetimeSeconds, getKey, now }
        const { payload } = await verifyStrictJwt(text, expected)
        return decisionSchema.safeParse(payload).data ?? null
      } catch (error) {
        if (error instanceof JwtError) return null
        throw error
      }
    },
  }
}
