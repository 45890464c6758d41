// What `navigator.credentials.create` and `get` are given. A passkey is found without a name (discoverable), and its holder shows
// who they are to it (user verification): so it is two factors in one.
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import type { Knex } from 'knex'
import type { AuthDeps } from '../../core/dependencies.ts'
import type { User } from '../../users/user.ts'
import { userHandleOf } from './relying-party.ts'
import { passkeysOf, type StoredPasskey } from './stored-passkey.ts'

const TIMEOUT_MS = 300_000

export async function creationOptions(
  trx: Knex,
  { config }: Pick<AuthDeps, 'config'>,
  user: User,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  return await generateRegistrationOptions({
    rpName: config.mail.productName,
    rpID: config.passkeys.rpId,
    userID: new Uint8Array(userHandleOf(user.id)),
    userName: user.email,
    userDisplayName: user.display_name ?? user.email,
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: (await passkeysOf(trx, user.id)).map(descriptor),
    timeout: TIMEOUT_MS,
  })
}

/** @param user null: whoever holds one for this place, as the browser offers it */
export async function requestOptions(
  db: Knex,
  { config }: Pick<AuthDeps, 'config'>,
  user: Pick<User, 'id'> | null,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return await generateAuthenticationOptions({
    rpID: config.passkeys.rpId,
    allowCredentials: user === null ? [] : (await passkeysOf(db, user.id)).map(descriptor),
    userVerification: 'required',
    timeout: TIMEOUT_MS,
  })
}

function descriptor({ credential_id, transports }: StoredPasskey) {
  return { id: credential_id, transports: transports as never[] }
}
