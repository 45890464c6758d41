// The one shape of whatever proves who somebody is. A factor is a folder with these verbs and one line in factors.ts.
// What surrounds it is the same for all: which may begin, what must follow, the counting of attempts, the session at the end.
import type { Knex } from 'knex'
import type { RequestOrigin } from '../core/caller.ts'
import type { Deadline } from '../core/deadline.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import type { User } from '../users/user.ts'
import type { Verification } from '../verifications/verification.ts'

/** `first` may begin a sign-in, `further` only follow, as another kind of proof (what makes it `mfa`); `either`: both. */
export type Place = 'first' | 'further' | 'either'

export interface Factor {
  readonly place: Place
  /** As SIGN_IN_METHODS and `signInMethods` name it; further factors alone have no name there. */
  readonly offeredAs?: string
  /**
   * What it takes to ask this person for it.
   * @returns null when they have none: no password was set, nothing is enrolled
   */
  begin(trx: Knex, deps: AuthDeps, user: User): Promise<Beginning | null>
  /**
   * Whose it is, where nobody was named yet: a factor that begins a sign-in by itself says it. Nothing is proved by that. Absent:
   * it is always known whom the challenge is about.
   */
  identify?(deps: AuthDeps, attempt: Pick<FactorAttempt, 'secret'>): Promise<User | null>
  /**
   * Whether what was presented proves it. The attempt is counted already. It must cost and look the same whether or not
   * the person exists.
   */
  check(deps: AuthDeps, attempt: FactorAttempt): Promise<Judgement>
  /**
   * Uses up what was right, in the transaction that acts on it, with the user's row locked. Absent: the end of the
   * challenge is enough.
   * @returns false when somebody else has used it since `check`; in which session it was enrolled, where that is known
   */
  spend?(trx: Knex, deps: AuthDeps, attempt: SpentAttempt): Promise<Spent>
  /** How it is added by somebody who has to hold one. Absent: nobody enrols it on the way in. */
  readonly enrolment?: Enrolment
  /** RFC 8176 names of what was done, for the `amr` of tokens. */
  amr(): readonly string[]
}

/** Right, or wrong; or why it is wrong, where a client can act on that. */
export type Judgement = boolean | { readonly reason: string }

export type Spent = boolean | { readonly enrolledIn: string }

export interface Beginning {
  /** Kept with the challenge until it is answered, for `check`. Never a secret in clear. */
  readonly state?: Readonly<Record<string, unknown>>
}

/**
 * Adding a factor within a sign-in that asks for one. What `check` and `confirm` are given is the same challenge, which holds what
 * `start` gave back as `state`.
 */
export interface Enrolment {
  /** Ends what was begun before in this challenge. The user's row is locked. */
  start(trx: Knex, deps: AuthDeps, by: Enroller): Promise<StartedEnrolment>
  /** As `check` of the factor. */
  check(deps: AuthDeps, attempt: FactorAttempt): Promise<Judgement>
  /** Adds it, as `spend` of the factor. @returns false when it cannot be added any more */
  confirm(trx: Knex, deps: AuthDeps, attempt: SpentAttempt): Promise<boolean>
}

export interface Enroller {
  readonly user: User
  /** The session that waits for the end of the sign-in. */
  readonly sessionId: string
}

export interface StartedEnrolment {
  /** What the client needs, as the graph shows it. */
  readonly answer: Readonly<Record<string, unknown>>
  /** Kept with the challenge. Never a secret in clear. */
  readonly state: Readonly<Record<string, unknown>>
}

export interface FactorAttempt {
  /** Whose factor it would be; null: there is no such account, or none yet. */
  readonly user: User | null
  /** What the flow holds; null where the factor begins it, as a password does. */
  readonly challenge: Verification | null
  /** A password or a code, as it was typed; an answer of a browser, as JSON. */
  readonly secret: string
  readonly deadline: Deadline
  readonly origin: RequestOrigin
}

/** One that was right. */
export interface SpentAttempt extends FactorAttempt {
  readonly user: User
}

/** By the name that a challenge's `methods` have. Two are relied upon: passwords can be set, and mail reaches everybody. */
export interface Factors extends Readonly<Record<string, Factor>> {
  readonly PASSWORD: Factor
  readonly EMAIL_CODE: Factor
}
