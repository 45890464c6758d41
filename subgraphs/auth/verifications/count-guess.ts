// Whom a wrong code counts against, and whether there were too many. Nobody can keep an owner out with guesses at what no code opens, nor
// before they have shown the first factor; anyone who holds a stolen session uses up the guesses of that session; and anyone who shows the
// first factor uses up those of the person, but for the devices on which the person has shown more.
//
//   method          before the first factor   after it, on such a device     after it, elsewhere       in a session that is confirmed
//   TOTP            the challenge             the device, then the person    the person                the session
//   RECOVERY_CODE   the same, and a right one is never refused
//   PASSKEY         the challenge: a signature is not guessed
//   EMAIL_CODE      the mailbox; of one that strangers may begin, for each network
import { networkOf } from '@sallyport/claims/networks'
import type { Knex } from 'knex'
import type { AuthDeps } from '../core/dependencies.ts'
import { type CountKey, countKey } from '../core/throttling/count-key.ts'
import {
  isEnrolment,
  proofsOf,
  type Verification,
  type VerificationPurpose,
} from './verification.ts'

export interface Guess {
  readonly challenge: Verification
  readonly method: string
  /** Network address. */
  readonly address: string | null
}

export interface CountedGuess {
  /** Too many were wrong: this one is, whatever it is. */
  readonly isOver: boolean
  /** It was right. */
  forgive(): Promise<void>
  /** It was not looked at. */
  takeBack(): Promise<void>
}

/** Counts it before it is looked at, so that parallel ones gain nothing. */
export async function countGuess(
  { db, throttle }: Pick<AuthDeps, 'db' | 'throttle'>,
  guess: Guess,
): Promise<CountedGuess> {
  const device = await deviceKeyOf(db, guess)
  if (device !== null && !(await throttle.add('factor-device', device)).isOver) {
    return {
      isOver: false,
      forgive: () => throttle.reset('factor-device', device),
      takeBack: () => throttle.forgive('factor-device', device),
    }
  }
  const account = accountKeyOf(guess)
  const { isOver } = await throttle.add('code-account', account)
  const takeBack = () => throttle.forgive('code-account', account)
  // Of 80 random bits: no number of tries is a risk (NIST 800-63B-4 3.1.2.2), and it is what an owner has left whom somebody keeps out.
  return { isOver: isOver && guess.method !== 'RECOVERY_CODE', forgive: takeBack, takeBack }
}

/** Anybody may begin these for an e-mail address that is not theirs. */
const OPEN_TO_STRANGERS: readonly VerificationPurpose[] = [
  'REGISTRATION',
  'EMAIL',
  'EMAIL_LOGIN',
  'PROVIDER_LOGIN',
]

const FURTHER = 'FURTHER'

function accountKeyOf({ challenge, method, address }: Guess): CountKey {
  const { purpose, is_decoy, is_mailed, email_normalized: email, id_hash } = challenge
  const { user_id: user, session_id: session } = challenge
  // What this step does not ask for opens nothing, and whoever adds a factor knows its secret.
  const isGuess = challenge.methods.includes(method) && !isEnrolment(challenge)
  if (is_decoy || !isGuess || method === 'PASSKEY') return countKey({ verification: id_hash })
  if (method !== 'EMAIL_CODE') {
    // One count for all of them: a second kind of code is not a second set of guesses.
    if (user !== null && proofsOf(challenge).length > 0) return countKey({ purpose: FURTHER, user })
    if (purpose === 'STEP_UP' && session !== null) return countKey({ purpose: FURTHER, session })
    return countKey({ verification: id_hash })
  }
  if (purpose === 'STEP_UP' && session !== null) return countKey({ purpose: method, session })
  if (!is_mailed || email === null) return countKey({ verification: id_hash })
  if (!OPEN_TO_STRANGERS.includes(purpose)) return codeKey(purpose, email)
  return countKey({ purpose, email, network: networkOf(address) })
}

/**
 * A device of this person, on which they have shown a further factor in a session that is still kept: a password alone makes none.
 * @returns null for any other, and for what does not count against the person
 */
async function deviceKeyOf(db: Knex, { challenge, method }: Guess): Promise<CountKey | null> {
  const { user_id: user, device_hash: device, methods } = challenge
  if (user === null || device === null || !methods.includes(method)) return null
  if (method === 'EMAIL_CODE' || method === 'PASSKEY' || isEnrolment(challenge)) return null
  if (challenge.is_decoy || proofsOf(challenge).length === 0) return null
  const shown = await db('known_devices')
    .where({ user_id: user, secret_hash: device })
    .whereExists(
      db('sessions')
        .where({ user_id: user, device_hash: device })
        .whereNotNull('mfa_at')
        .select(db.raw('1')),
    )
    .first('user_id')
  return shown === undefined ? null : countKey({ purpose: FURTHER, user, device })
}

/** What wrong codes for an e-mail address are counted under. */
export function codeKey(purpose: VerificationPurpose, email: string): CountKey {
  return countKey({ purpose, email })
}
