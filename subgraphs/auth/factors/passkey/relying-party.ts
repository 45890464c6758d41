// Who asks for a passkey (WebAuthn level 3, section 5.4): one RP ID, and the origins where its passkeys may be used.
import { createHash } from 'node:crypto'
import type { AuthDeps } from '../../core/dependencies.ts'
import { AuthError } from '../../core/errors.ts'
import { areFactorsOffered } from '../enrolled/requirement.ts'

/** Section 5.4.3: no personal data. Imported user ids are longer than the 64 bytes that a handle may have. */
export function userHandleOf(userId: string): Buffer {
  return createHash('sha256').update(`passkey\0${userId}`).digest()
}

/** Where a passkey begins a sign-in, or follows another factor. */
export function arePasskeysOffered(
  config: Pick<AuthDeps['config'], 'mfa' | 'signInMethods'>,
): boolean {
  return config.signInMethods.includes('passkey') || areFactorsOffered(config)
}

/** @throws AuthError FORBIDDEN, the same for everybody, where they are not */
export function requirePasskeysOffered({ config }: Pick<AuthDeps, 'config'>): void {
  if (arePasskeysOffered(config)) return
  throw new AuthError('FORBIDDEN', {
    reason: 'METHOD_NOT_OFFERED',
    message: 'Passkeys are not offered here.',
  })
}
