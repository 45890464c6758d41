// Adding an authenticator app within a sign-in that asks for a factor.
import type { Knex } from 'knex'
import type { AuthDeps } from '../../core/dependencies.ts'
import { addFactor } from '../enrolled/add-factor.ts'
import { EnrolledFactor } from '../enrolled/enrolled-factor.ts'
import type { Enrolment, FactorAttempt } from '../factor.ts'
import { beginTotp } from './start-totp.ts'
import { acceptStep, findStep } from './totp-secret.ts'

export const totpEnrolment = {
  start: async (trx, deps, by) => {
    const answer = await beginTotp(trx, deps, by)
    return { answer: { ...answer }, state: { factorId: answer.factorId } }
  },
  check: async (deps, attempt) => (await begunStep(deps.db, deps, attempt)) !== null,
  confirm: async (trx, deps, attempt) => {
    const { user, origin } = attempt
    const step = await begunStep(trx, deps, attempt)
    if (step === null || !(await acceptStep(trx, step))) return false
    const factor = await EnrolledFactor.query(trx).findById(step.factorId).throwIfNotFound()
    await addFactor(trx, deps, { origin }, { user, factor, isOnTheWayIn: true })
    return true
  },
} satisfies Enrolment

/** Of the app that was begun in this very challenge. */
async function begunStep(
  db: Knex,
  { config }: Pick<AuthDeps, 'config'>,
  { user, challenge, secret: code }: FactorAttempt,
) {
  const factorId = challenge?.factor_state.TOTP?.factorId
  if (user === null || typeof factorId !== 'string') return null
  return await findStep(db, config.secrets.keyEncryptionKey, { userId: user.id, code, factorId })
}
