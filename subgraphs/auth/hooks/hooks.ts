// Code of a deployment's own where people register and sign in: what it sees, and what it may say (docs/hooks.md).
import type { HookOf, Refusal } from '../../../platform/hooks/hook.ts'
import type { CustomClaims } from '../users/custom-claims.ts'

/** What every hook is told, frozen. Passwords, codes and tokens are not there. */
interface HookRequest {
  readonly requestId: string | null
  /** null, as all three: a gateway asks again for a token that was issued (the policy `live`). */
  readonly clientAddress: string | null
  readonly userAgent: string | null
}

export interface HookRegistration extends HookRequest {
  /** As it was typed; nobody has proved it yet. */
  readonly email: string
  /** With a password, with the mailbox alone, with another service, or by an admin who invites. */
  readonly method: 'password' | 'email-code' | 'provider' | 'invitation'
}

export interface HookSignIn extends HookRequest {
  /** null: this is the end of a registration, and the account appears with the session. */
  readonly userId: string | null
  /** The primary one. */
  readonly email: string
  readonly roles: readonly string[]
  /** What was proved, as `PASSWORD` and `EMAIL_CODE`. */
  readonly methods: readonly string[]
}

export interface HookToken extends HookRequest {
  readonly userId: string
  readonly sessionId: string
  readonly email: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  /** Claims of the person and of their roles, as admins set them. */
  readonly custom: CustomClaims
}

export interface ClaimsAddition {
  /** They win over claims of the same name in `custom`. */
  readonly claims: CustomClaims
}

/** Those of auth, in `sallyport.config.ts`. */
export interface AuthHooks {
  /** Before a registration begins, or an invitation leaves: may refuse it. It cannot know whether there is an account. */
  readonly beforeRegister?: HookOf<HookRegistration, Refusal>
  /** When all that the policy asks was proved, before there is a session: may refuse it. */
  readonly beforeSignIn?: HookOf<HookSignIn, Refusal>
  /** Before each access token is signed: may add claims to it. */
  readonly claims?: HookOf<HookToken, ClaimsAddition>
}
