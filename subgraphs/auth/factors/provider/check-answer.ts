// Takes what a provider answered, once. The flow is used up before the provider is asked, in one statement: of two who bring the same
// answer one is heard, whatever comes of it.
import type { Knex } from 'knex'
import { recordAudit } from '../../core/audit/record.ts'
import type { Caller } from '../../core/caller.ts'
import type { AuthDeps } from '../../core/dependencies.ts'
import { AuthError } from '../../core/errors.ts'
import { sha256 } from '../../core/identifiers.ts'
import { limitNetwork } from '../../core/throttling/limit-network.ts'
import { Verification } from '../../verifications/verification.ts'
import { askProfile } from './ask-profile.ts'
import { flowOf, flowSecrets, type ProviderFlow } from './flow.ts'
import type { ProviderProfile } from './profile.ts'
import { describeFailure, providerFailure } from './provider-failure.ts'
import type { Provider } from './providers.ts'

export type ProviderPurpose = 'PROVIDER_LOGIN' | 'LINK_IDENTITY'

export interface PresentedAnswer {
  /** The parameters that the provider sent. */
  readonly parameters: URLSearchParams
  /** Where they arrived, without them. */
  readonly arrivedAt: string
  readonly purpose: ProviderPurpose
  /** Secret of the client that began it. */
  readonly verificationId: string
  /** The `__Host-flow` cookie, when the request may use cookies. */
  readonly flowSecret: string | null
  /** The session that began it. Default: any. */
  readonly sessionId?: string
}

export interface CheckedAnswer {
  readonly provider: Provider
  readonly profile: ProviderProfile
  /** Used up. */
  readonly challenge: Verification
  readonly flow: ProviderFlow
}

/**
 * @throws AuthError VERIFICATION_FAILED, one answer for unknown, foreign, used and expired; with a reason where the provider's answer
 *   is not right; SERVICE_UNAVAILABLE while it is away; RATE_LIMITED
 */
export async function checkAnswer(
  deps: AuthDeps,
  { origin }: Pick<Caller, 'origin'>,
  presented: PresentedAnswer,
): Promise<CheckedAnswer> {
  await limitNetwork(deps, 'provider-network', origin.ipAddress)
  const challenge = await takeFlow(deps.db, presented)
  const flow = challenge === null ? null : flowOf(challenge)
  const provider = flow === null ? null : deps.providers.find(flow.provider)
  if (challenge === null || flow === null || provider === null) throw failed()
  try {
    const profile = await askProfile(provider, {
      url: new URL(`${flow.redirectUri}?${presented.parameters}`),
      secrets: flowSecrets(challenge, deps.config.secrets.codeKey),
    })
    return { provider, profile, challenge, flow }
  } catch (error) {
    const { code } = describeFailure(error)
    deps.log.warn({ provider: flow.provider, code }, 'a provider did not answer rightly')
    await recordAudit(deps.db, origin, {
      action: 'provider.failed',
      outcome: 'failure',
      actor: { kind: 'anonymous' },
      kept: { provider: flow.provider, code },
    })
    throw providerFailure(provider.settings, error)
  }
}

/** Everything that ties it to its client, its browser, its provider and its purpose is in the statement that uses it up. */
async function takeFlow(db: Knex, presented: PresentedAnswer): Promise<Verification | null> {
  const { parameters, verificationId, flowSecret, purpose, arrivedAt, sessionId } = presented
  const [idHash = ''] = (parameters.get('state') ?? '').split('.')
  if (sha256(verificationId) !== idHash) return null
  const [row] = await db('verifications')
    .where({ id_hash: idHash, purpose })
    .whereRaw("'PROVIDER' = any(methods)")
    .whereRaw("factor_state #>> '{PROVIDER,redirectUri}' = ?", [arrivedAt])
    .where((query) => {
      query.whereNull('flow_hash')
      if (flowSecret !== null) query.orWhere('flow_hash', sha256(flowSecret))
    })
    .modify((query) => {
      if (sessionId !== undefined) query.where('session_id', sessionId)
    })
    .whereNull('consumed_at')
    .whereRaw('code_expires_at > now() and expires_at > now()')
    .update({ consumed_at: db.fn.now() })
    .returning('*')
  return row === undefined ? null : Verification.fromDatabaseJson(row)
}

/** What a client hands on: the address that it was called back at, whole. @throws AuthError VERIFICATION_FAILED */
export function parseAnswer(answer: string): Pick<PresentedAnswer, 'parameters' | 'arrivedAt'> {
  if (!URL.canParse(answer)) throw failed()
  const { href, search, searchParams } = new URL(answer)
  const [arrivedAt = ''] = href.split(/[?#]/, 1)
  if (search === '') throw failed()
  return { parameters: searchParams, arrivedAt }
}

function failed(): AuthError {
  return new AuthError('VERIFICATION_FAILED', {
    message: 'This sign-in was not begun here, was used, or has expired. Begin again.',
    attemptsRemaining: 0,
  })
}
