// Identity tokens: what each subgraph is told about the caller, signed for that subgraph alone.
import type { ClaimsPayload } from '@sallyport/claims'
import type { IdentitySigner } from '@sallyport/claims/sign'
import type { IdentityToken, Principal } from './authenticate/principal.ts'
import type { IdentityGrant, IdentityHeader, IdentityTarget } from './request-context.ts'

export interface Identity {
  /** The identity header for one subgraph; signed once, then reused for half its life. */
  headerFor(
    principal: Principal,
    subgraph: IdentityTarget,
    graphVersion: string,
  ): IdentityHeader | Promise<IdentityHeader>
  /** A token of kind `gateway`, which opens auth's internal API. */
  gatewayToken(): Promise<string>
  readonly publicJwks: IdentitySigner['publicJwks']
}

const LIFETIME_SECONDS = 60
const REUSE_MS = (LIFETIME_SECONDS / 2) * 1000
// Tokens of graph versions that are gone would otherwise stay with a long-lived principal.
const TOKENS_PER_PRINCIPAL = 64

/** Signs for principals; the tokens are kept with the principal and go when its credential goes. */
export function createIdentity(options: {
  signer: IdentitySigner
  /** Wall clock in milliseconds. */
  now: () => number
  /** Milliseconds that never jump. */
  monotonic: () => number
}): Identity {
  const { signer, now, monotonic } = options
  const ownTokens: Principal['identityTokens'] = new Map()

  return {
    publicJwks: signer.publicJwks,
    headerFor(principal, subgraph, graphVersion) {
      const key = `${graphVersion} ${subgraph.name}`
      const kept = current(principal.identityTokens, key)
      if (kept !== undefined && !(kept instanceof Promise)) return asHeader(subgraph, kept.value)
      const signing =
        kept ??
        sign(principal.identityTokens, key, () => ({
          audience: subgraph.name,
          payload: grantedTo(subgraph, principal.payload),
        }))
      return signing.then(({ value }) => asHeader(subgraph, value))
    },
    async gatewayToken() {
      const kept = current(ownTokens, 'auth')
      const token =
        kept ??
        sign(ownTokens, 'auth', () => ({
          audience: 'auth',
          payload: { kind: 'gateway' },
        }))
      return (await token).value
    },
  }

  function current(tokens: Principal['identityTokens'], key: string) {
    const kept = tokens.get(key)
    if (kept === undefined || kept instanceof Promise) return kept
    return isReusable(kept) ? kept : undefined
  }

  // Subgraphs refuse what was issued in their future. A wall clock that was ahead and is set right must not
  // leave such tokens in use, nor make their half-life longer.
  function isReusable({ issuedAtMs, signedAt }: IdentityToken): boolean {
    const age = now() - issuedAtMs
    return age >= 0 && age < REUSE_MS && monotonic() - signedAt < REUSE_MS
  }

  function sign(
    tokens: Principal['identityTokens'],
    key: string,
    content: () => { audience: string; payload: ClaimsPayload },
  ): Promise<IdentityToken> {
    if (tokens.size >= TOKENS_PER_PRINCIPAL) tokens.clear()
    const { audience, payload } = content()
    const issuedAtMs = now()
    const signedAt = monotonic()
    const signing = signer.sign(audience, payload, LIFETIME_SECONDS).then(
      (value) => {
        const token = { value, issuedAtMs, signedAt }
        tokens.set(key, token)
        return token
      },
      (error: unknown) => {
        tokens.delete(key)
        throw error
      },
    )
    tokens.set(key, signing)
    return signing
  }
}

/** Auth refuses a gateway that knows it by other names. */
function namesFor({ authNames }: IdentityTarget): object {
  return authNames ? { auth_names: authNames } : {}
}

/** Who may ask how young a proof is may ask of both, and say what would renew it. */
const CLAIMS_OF: Partial<Record<IdentityGrant, readonly (keyof ClaimsPayload)[]>> = {
  auth_time: ['auth_time', 'mfa_time', 'step_up'],
}

/** What a subgraph may know: ids and kind always, the rest as granted, everything for auth. */
function grantedTo(subgraph: IdentityTarget, payload: Readonly<ClaimsPayload>): ClaimsPayload {
  if (subgraph.name === 'auth') return { ...payload, ...namesFor(subgraph) }
  const { kind, sub, sub_iss, sid, key_id, client_id } = payload
  const granted: Record<string, unknown> = { kind }
  for (const [name, value] of Object.entries({ sub, sub_iss, sid, key_id, client_id })) {
    if (value !== undefined) granted[name] = value
  }
  for (const grant of subgraph.identity.grants satisfies readonly IdentityGrant[]) {
    for (const name of CLAIMS_OF[grant] ?? [grant]) {
      if (payload[name] !== undefined) granted[name] = payload[name]
    }
  }
  return granted as unknown as ClaimsPayload
}

function asHeader({ identity }: IdentityTarget, token: string): IdentityHeader {
  if (identity.header === 'authorization')
    return { name: 'authorization', value: `Bearer ${token}` }
  return { name: 'sallyport-identity', value: token }
}
