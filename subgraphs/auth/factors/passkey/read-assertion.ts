// Whether an answer proves a passkey that is kept: its signature over our challenge, RP ID and page, its holder verified, and what
// it says of itself in line with what it said before.
import { verifyAuthenticationResponse } from '@simplewebauthn/server'
import type { AuthConfig } from '../../config.ts'
import { type AssertionAnswer, isOfOwnPage } from './answer.ts'
import { userHandleOf } from './relying-party.ts'
import type { StoredPasskey } from './stored-passkey.ts'

export interface Assertion {
  readonly signCount: number
  readonly isBackedUp: boolean
  /** Signed by the key, and yet refused: a counter that went back, or a key that was bound to its device and is no longer. */
  readonly isSuspect: boolean
}

/** @returns null for an answer that is not right */
export async function readAssertion(
  { passkeys }: Pick<AuthConfig, 'passkeys'>,
  stored: StoredPasskey,
  { answer, challenge }: { readonly answer: AssertionAnswer; readonly challenge: string },
): Promise<Assertion | null> {
  const { clientDataJSON, userHandle } = answer.response
  if (!isOfOwnPage(clientDataJSON)) return null
  const owner = userHandleOf(stored.user_id).toString('base64url')
  if (userHandle != null && userHandle !== owner) return null
  const info = await verify(passkeys, stored, { answer, challenge })
  if (info === null) return null
  const isEligible = info.credentialDeviceType === 'multiDevice'
  return {
    signCount: info.newCounter,
    isBackedUp: info.credentialBackedUp,
    isSuspect:
      isBehind(info.newCounter, Number(stored.sign_count)) ||
      isEligible !== stored.is_backup_eligible,
  }
}

/** Section 6.1.1: 0 for both where an authenticator does not count, as those that synchronise do not. */
function isBehind(signCount: number, before: number): boolean {
  return (signCount > 0 || before > 0) && signCount <= before
}

/** Nothing of ours runs in the library: whatever it throws means that the answer is not right. */
async function verify(
  { rpId, origins }: AuthConfig['passkeys'],
  stored: StoredPasskey,
  { answer, challenge }: { readonly answer: AssertionAnswer; readonly challenge: string },
) {
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...answer, clientExtensionResults: {} } as never,
      expectedChallenge: challenge,
      expectedOrigin: [...origins],
      expectedRPID: rpId,
      requireUserVerification: true,
      credential: {
        id: stored.credential_id,
        publicKey: new Uint8Array(Buffer.from(stored.public_key, 'base64url')),
        // It is judged here, where a refusal can be told from a forgery.
        counter: 0,
      },
    })
    return verified ? authenticationInfo : null
  } catch {
    return null
  }
}
