// What is enough to be signed in, and what must follow where it is not. Every way in asks here, and none goes round it.
import type { Knex } from 'knex'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { beginFactors, beginFurther } from '../factors/enrolled/begin-factors.ts'
import { whatEnrols } from '../factors/enrolled/enrol-on-the-way-in.ts'
import { isFactorRequired } from '../factors/enrolled/requirement.ts'
import type { Factors } from '../factors/factor.ts'
import type { User } from '../users/user.ts'
import type { Beginnings, Proof } from '../verifications/verification.ts'

export interface Standing {
  readonly user: User
  readonly proved: readonly Proof[]
  /** Its user proved the mailbox on this device. */
  readonly isDeviceProven: boolean
  /** A further factor was shown on this device a while ago, and its person asked for no more. Default false. */
  readonly isDeviceRemembered?: boolean
  /** Too many guesses were made at this account. */
  readonly needsMailbox?: boolean
  /** It is unusual, in a way that the settings challenge. Default false. */
  readonly isSuspicious?: boolean
  /** The account was made in this sign-in. Default false. */
  readonly isNew?: boolean
}

/** By method: any one of these must follow. Null: it is enough. */
export type Following = Beginnings | null

/**
 * The mailbox comes first where guesses were made: with what a right password leads to, a wrong one would be told apart.
 * Anyone who holds a further factor is asked for that, and never for mail in its place; anyone who has to hold one and does not is
 * asked to add it.
 * @throws AuthError FORBIDDEN, reason FACTOR_REQUIRED, where one cannot be added in this sign-in
 */
export async function whatFollows(
  trx: Knex,
  deps: AuthDeps,
  {
    user,
    proved,
    isDeviceProven,
    isDeviceRemembered = false,
    needsMailbox = false,
    isSuspicious = false,
    isNew = false,
  }: Standing,
): Promise<Following> {
  const hasMailbox = proved.some(({ method }) => method === 'EMAIL_CODE')
  if (needsMailbox && !hasMailbox) return { EMAIL_CODE: {} }
  if (isMultiFactor(deps.factors, proved)) return null
  const further = await beginFurther(trx, deps, user)
  if (further !== null) {
    const isSpared = isDeviceRemembered && !isSuspicious && sparesFurther(deps.config)
    return isSpared ? null : further
  }
  if (await isFactorRequired(trx, deps, user)) {
    return await whatEnrols(trx, deps, { user, proved, isNew })
  }
  if (hasMailbox) return null
  if (isSuspicious) return { EMAIL_CODE: {} }
  if (isDeviceEnough(deps, isDeviceProven)) return null
  // A password may have been stolen elsewhere, and a new device is where that shows; a provider has looked at the device itself.
  const isByProvider = proved.some(({ method }) => method === 'PROVIDER')
  return isByProvider && deps.config.sessionVerification === 'new-device'
    ? null
    : { EMAIL_CODE: {} }
}

/** Anyone who holds a further factor confirms their presence with it; everybody else with whatever they have. */
export async function whatReauthenticates(
  trx: Knex,
  deps: AuthDeps,
  user: User,
): Promise<Beginnings> {
  const further = await beginFurther(trx, deps, user)
  return further ?? (await beginFactors(trx, deps, user, ({ place }) => place !== 'further'))
}

/** Where every sign-in is looked at, mail would take the place of the stronger factor. */
export function sparesFurther(config: AuthDeps['config']): boolean {
  return config.rememberDeviceDays > 0 && config.sessionVerification !== 'always'
}

/** A device counts as known to `new-device` once its user has proved the mailbox on it. */
function isDeviceEnough({ config }: AuthDeps, isDeviceProven: boolean): boolean {
  if (config.sessionVerification === 'off') return true
  return config.sessionVerification === 'new-device' && isDeviceProven
}

/** Two kinds of proof, or one that is two by itself, as a passkey with a PIN. */
function isMultiFactor(factors: Factors, proved: readonly Proof[]): boolean {
  if (proved.some(({ amr }) => amr.includes('mfa'))) return true
  const places = proved.map(({ method }) => factors[method]?.place)
  return places.length > 1 && places.some((place) => place === 'further' || place === 'either')
}

/** For `amr`: RFC 8176 names, each once. */
export function methodsOf(factors: Factors, proved: readonly Proof[]): string[] {
  const names = proved.flatMap(({ amr }) => amr)
  return [...new Set([...names, ...(isMultiFactor(factors, proved) ? ['mfa'] : [])])]
}

/** @throws AuthError FORBIDDEN, the same for everybody, for a way in that SIGN_IN_METHODS leaves out */
export function requireOffered({ config }: Pick<AuthDeps, 'config'>, name: string): void {
  if (config.signInMethods.includes(name)) return
  throw new AuthError('FORBIDDEN', {
    reason: 'METHOD_NOT_OFFERED',
    message: 'This way of signing in is not offered here: see signInMethods.',
  })
}

/** What a proof of presence adds to the `amr` of a session that exists. */
export function raisedBy(factors: Factors, { method, amr }: Proof): string[] {
  const place = factors[method]?.place
  return place === 'further' || place === 'either' ? [...amr, 'mfa'] : [...amr]
}
