// The transaction in which somebody is signed in. The hook `beforeSignIn` may take seconds and may ask the graph itself, so it never
// runs while rows are locked: where a session would be made the transaction is rolled back, the hook asked, and all of it done again.
//
//   work ─► makeSession ─► admission.require ── not asked yet ─► rollback ─► hook ─► refuses: FORBIDDEN
//     ▲                                                                       └─► work once more: the same person with the same proofs
import type { Knex } from 'knex'
import { recordBlocked, SignInBlocked } from '../anomalies/record-anomalies.ts'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { refuse, requestOf } from '../hooks/ask.ts'
import type { HookSignIn } from '../hooks/hooks.ts'

type SignIn = Pick<HookSignIn, 'userId' | 'email' | 'roles' | 'methods'>

export interface Admission {
  /** Call it before a session is made. Where the hook has not been asked about this very sign-in it does not return. */
  require(signIn: SignIn): void
}

const free: Admission = { require() {} }

/** Each time something about the person has changed while the hook was asked. */
const MAX_QUESTIONS = 3

class Unasked extends Error {
  readonly signIn: SignIn

  constructor(signIn: SignIn) {
    super('the hook has to be asked')
    this.signIn = signIn
  }
}

/**
 * @throws AuthError FORBIDDEN with the sentence of the hook, or with reason SIGN_IN_BLOCKED; SERVICE_UNAVAILABLE where the hook
 *   failed
 */
export async function transactSignIn<T>(
  deps: AuthDeps,
  caller: Caller,
  work: (trx: Knex, admission: Admission) => Promise<T>,
): Promise<T> {
  try {
    return await transactAsking(deps, caller, work)
  } catch (error) {
    // Its transaction is undone, and what is told of it is not.
    if (error instanceof SignInBlocked) await recordBlocked(deps, caller.origin, error.signIn)
    throw error
  }
}

async function transactAsking<T>(
  deps: AuthDeps,
  caller: Caller,
  work: (trx: Knex, admission: Admission) => Promise<T>,
): Promise<T> {
  const hook = deps.hooks.beforeSignIn
  if (hook === null) return await transact(deps.db, async (trx) => await work(trx, free))
  let answered = ''
  for (let asked = 0; asked <= MAX_QUESTIONS; asked += 1) {
    try {
      return await transact(deps.db, async (trx) => await work(trx, admissionOf(answered)))
    } catch (error) {
      if (!(error instanceof Unasked)) throw error
      const { signIn } = error
      const answer = await hook.run({ ...requestOf(caller), ...signIn })
      if (answer !== undefined) await recordRefusal(deps, caller, signIn)
      refuse(answer)
      answered = JSON.stringify(signIn)
    }
  }
  throw new AuthError('SERVICE_UNAVAILABLE')
}

function admissionOf(answered: string): Admission {
  return {
    require: (signIn) => {
      if (JSON.stringify(signIn) !== answered) throw new Unasked(signIn)
    },
  }
}

async function recordRefusal({ db }: AuthDeps, { origin }: Caller, signIn: SignIn): Promise<void> {
  await recordAudit(db, origin, {
    action: 'login.refused-by-hook',
    outcome: 'failure',
    actor: signIn.userId === null ? { kind: 'anonymous' } : { kind: 'user', id: signIn.userId },
    userId: signIn.userId,
    detail: { methods: signIn.methods },
  })
}
