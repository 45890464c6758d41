// Who may make an account by themselves: REGISTRATION. The answer depends on the setting and on the domain that was typed,
// never on whether there is such an account.
import type { AuthConfig } from '../config.ts'
import { AuthError } from '../core/errors.ts'

const refusals = {
  invite: { reason: 'INVITATION_REQUIRED', message: 'An invitation is needed to register here.' },
  closed: { reason: 'REGISTRATION_CLOSED', message: 'No accounts can be made here at present.' },
  domains: {
    reason: 'DOMAIN_NOT_ALLOWED',
    message: 'Nobody can register here with an address of this domain.',
  },
} as const

/** @throws AuthError FORBIDDEN, before anything is looked up */
export function requireOpenRegistration(
  { registration, registrationDomains }: AuthConfig,
  emailNormalized: string,
): void {
  if (registration === 'open') return
  const domain = emailNormalized.slice(emailNormalized.lastIndexOf('@') + 1)
  if (registration === 'domains' && registrationDomains.includes(domain)) return
  throw new AuthError('FORBIDDEN', refusals[registration])
}

/** Closed means for the invited as well. @throws AuthError FORBIDDEN */
export function requireInvitations({ registration }: AuthConfig): void {
  if (registration === 'closed') throw new AuthError('FORBIDDEN', refusals.closed)
}
