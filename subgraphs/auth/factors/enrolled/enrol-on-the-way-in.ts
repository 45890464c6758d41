// Who may add their first factor within a sign-in, where policy demands one. It takes the password (or a provider) and the
// mailbox, so that neither alone locks the owner out; a reset was done with the mailbox alone, so it has to be a day old.
import type { Knex } from 'knex'
import type { AuthDeps } from '../../core/dependencies.ts'
import { AuthError } from '../../core/errors.ts'
import type { User } from '../../users/user.ts'
import { type Beginnings, ENROLS, type Proof } from '../../verifications/verification.ts'

const WAIT_HOURS_AFTER_RESET = 24

/**
 * What must follow for somebody who has to hold a further factor and has none: the mailbox, then one of the factors that can be
 * added.
 * @param isNew the account was made in this sign-in: nobody else can have been in
 * @throws AuthError FORBIDDEN, reason FACTOR_REQUIRED, where this sign-in cannot lead to one
 */
export async function whatEnrols(
  trx: Knex,
  deps: AuthDeps,
  { user, proved, isNew }: { user: User; proved: readonly Proof[]; isNew: boolean },
): Promise<Beginnings> {
  const hasMailbox = proved.some(({ method }) => method === 'EMAIL_CODE')
  if (!hasMailbox) return { EMAIL_CODE: {} }
  const hasOther = proved.some(({ method }) => method !== 'EMAIL_CODE')
  if (!hasOther && !isNew && !(await isUnused(trx, deps, user))) {
    throw required(
      'This account needs a further factor. Log in with the password, and prove the mailbox after it, to add one.',
    )
  }
  const wait = await secondsToWait(trx, user.id)
  if (wait > 0) {
    throw required(
      `This account needs a further factor. One can be added ${WAIT_HOURS_AFTER_RESET} hours after a password was reset.`,
      wait,
    )
  }
  const addable = Object.entries(deps.factors).filter(
    ([, { enrolment }]) => enrolment !== undefined,
  )
  return Object.fromEntries(addable.map(([method]) => [method, ENROLS]))
}

/**
 * A registration that was left where the factor was asked for, in a deployment without passwords: it has its mailbox and nothing else
 * to show, and would stay shut for good. Of an account that nobody has used yet nobody can be locked out.
 */
async function isUnused(
  trx: Knex,
  { config }: Pick<AuthDeps, 'config'>,
  user: User,
): Promise<boolean> {
  if (config.signInMethods.includes('password') || user.password_hash !== null) return false
  for (const table of ['sign_in_places', 'linked_identities']) {
    if ((await trx(table).where('user_id', user.id).first('user_id')) !== undefined) return false
  }
  const open = await trx('sessions').where('user_id', user.id).whereNotNull('family_id').first('id')
  return open === undefined
}

async function secondsToWait(trx: Knex, userId: string): Promise<number> {
  const row: { wait: string | null } | undefined = await trx('users')
    .where('id', userId)
    .first(
      trx.raw(
        `ceil(extract(epoch from password_reset_at + ? * interval '1 hour' - now())) as wait`,
        [WAIT_HOURS_AFTER_RESET],
      ),
    )
  return Number(row?.wait ?? 0)
}

function required(message: string, retryAfterSeconds?: number): AuthError {
  return new AuthError('FORBIDDEN', {
    reason: 'FACTOR_REQUIRED',
    message,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  })
}
