// Whether an answer makes a new passkey: for our RP ID, from a page of ours, with this challenge, its holder verified.
import { verifyRegistrationResponse } from '@simplewebauthn/server'
import { decodeAttestationObject, isoBase64URL } from '@simplewebauthn/server/helpers'
import type { AuthConfig } from '../../config.ts'
import { isOfOwnPage, type RegistrationAnswer, registrationIn } from './answer.ts'

export interface NewPasskey {
  readonly credential_id: string
  readonly public_key: string
  readonly sign_count: number
  readonly is_backup_eligible: boolean
  readonly is_backed_up: boolean
  readonly transports: readonly string[]
  readonly aaguid: string
}

/** @returns null for everything else */
export async function readRegistration(
  { passkeys }: Pick<AuthConfig, 'passkeys'>,
  { answer: json, challenge }: { readonly answer: string; readonly challenge: string },
): Promise<NewPasskey | null> {
  const answer = registrationIn(json)
  if (answer === null || !isOfOwnPage(answer.response.clientDataJSON)) return null
  const info = await verify(passkeys, answer, challenge)
  if (info === null) return null
  const { credential } = info
  if (Buffer.from(credential.id, 'base64url').length > MAX_ID_BYTES) return null
  return {
    credential_id: credential.id,
    public_key: Buffer.from(credential.publicKey).toString('base64url'),
    sign_count: credential.counter,
    is_backup_eligible: info.credentialDeviceType === 'multiDevice',
    is_backed_up: info.credentialBackedUp,
    transports: (answer.response.transports ?? []).filter((name) => TRANSPORTS.includes(name)),
    aaguid: info.aaguid,
  }
}

/** WebAuthn level 3, section 7.1, step 25. A longer one would not fit into an index of the database either. */
const MAX_ID_BYTES = 1023

const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']

/** Nothing of ours runs in the library: whatever it throws means that the answer is not right. */
async function verify(
  { rpId, origins }: AuthConfig['passkeys'],
  answer: RegistrationAnswer,
  challenge: string,
) {
  try {
    if (!isAnonymous(answer.response.attestationObject)) return null
    const { registrationInfo } = await verifyRegistrationResponse({
      response: { ...answer, clientExtensionResults: {} } as never,
      expectedChallenge: challenge,
      expectedOrigin: [...origins],
      expectedRPID: rpId,
      requireUserVerification: true,
    })
    return registrationInfo ?? null
  } catch {
    return null
  }
}

/**
 * No attestation was asked for, so no honest browser sends a certificate: its chain is not looked at, nor an address in it.
 * An authenticator without one may have signed for itself.
 */
function isAnonymous(attestationObject: string): boolean {
  const decoded = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject))
  const format = decoded.get('fmt')
  if (format === 'none') return true
  return format === 'packed' && decoded.get('attStmt').get('x5c') === undefined
}
