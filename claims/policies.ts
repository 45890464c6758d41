// Named policies of `@policy`: questions about the caller that a role list or a scope cannot put.
import type { Claims } from './claims.ts'
import {
  type BuiltInPolicy,
  mayEver,
  type PrincipalKind,
  principalKindOf,
  principalKinds,
} from './principal-kinds.ts'

/** A policy by name, ready to be asked. */
export interface Policy {
  readonly name: string
  /** Whether the caller could satisfy it by proving more of who they are (`mfa`, `fresh:<seconds>`). */
  readonly isStepUp: boolean
  /** For `fresh:<seconds>`. */
  readonly maxAgeSeconds?: number
  /** `fresh:<seconds>` where `mfa` stands beside it: the further factor must be as young, not the password. */
  readonly besideMfa?: Policy
  holds(claims: Claims, nowSeconds: number): boolean
}

/** Finds policies by name. */
export interface PolicyRegistry {
  /** `undefined` when there is no such policy. */
  find(name: string): Policy | undefined
}

/** Pure and synchronous; only `true` lets pass. */
type Holds = (claims: Claims, nowSeconds: number) => boolean

/** A deployment's own policy: for a person's own session alone, or for the kinds of callers that it names. */
export type CustomPolicy =
  | Holds
  | { readonly kinds: readonly PrincipalKind[]; readonly holds: Holds }

/** Clocks of auth and of anyone who asks may differ by so much. */
const LEEWAY_SECONDS = 5

/** The policy that makes the gateway replace the principal by auth's present answer first. */
export const LIVE_POLICY = 'live'

const SIMPLE: Readonly<Record<string, Policy>> = {
  verified: builtInPolicy('verified', 'verified', (claims) => claims.emailVerified),
  session: builtInPolicy('session', 'session', (claims) => claims.sessionId !== null),
  mfa: {
    ...builtInPolicy('mfa', 'mfa', (claims) => claims.amr.includes('mfa')),
    isStepUp: true,
  },
  // The claims are auth's present answer already when this is asked; without them nothing gets here.
  [LIVE_POLICY]: builtInPolicy(LIVE_POLICY, 'live', () => true),
  deny: policy('deny', () => false),
}

/**
 * The built-in policies and a deployment's own.
 *
 * Built in: `role:<name>`, `verified` (e-mail address), `session` (a person with a session, no key),
 * `mfa`, `fresh:<seconds>` (proved who they are so recently; beside `mfa`: the further factor), `live`, `deny`.
 *
 * Each is for the kinds of callers that the table of kinds allows it, whatever their claims say.
 *
 * @throws Error when a name of `custom` is built in or starts like one that is, or one names a kind that there is not.
 */
export function createPolicies(
  custom: Readonly<Record<string, CustomPolicy>> = {},
): PolicyRegistry {
  const own = new Map(Object.entries(custom).map(([name, own]) => [name, ownPolicy(name, own)]))
  for (const name of own.keys()) {
    if (builtIn(name) || /^(role|fresh):/.test(name)) {
      throw new Error(`policy "${name}" is built in and cannot be replaced`)
    }
  }
  return { find: (name) => builtIn(name) ?? own.get(name) }
}

function builtIn(name: string): Policy | undefined {
  if (Object.hasOwn(SIMPLE, name)) return SIMPLE[name]
  const role = /^role:(\S+)$/.exec(name)?.[1]
  if (role) return builtInPolicy(name, 'role', (claims) => claims.roles.includes(role))
  const seconds = /^fresh:([1-9]\d{0,8})$/.exec(name)?.[1]
  return seconds ? freshPolicy(name, Number(seconds)) : undefined
}

function freshPolicy(name: string, maxAgeSeconds: number): Policy {
  const isYoung = (time: number | null, now: number) => {
    if (time === null) return false
    const age = now - time
    return age >= -LEEWAY_SECONDS && age <= maxAgeSeconds
  }
  const policyOf = (holds: Holds): Policy => {
    return { ...builtInPolicy(name, 'fresh', holds), isStepUp: true, maxAgeSeconds }
  }
  return {
    ...policyOf(({ authTime }, now) => isYoung(authTime, now)),
    besideMfa: policyOf(({ mfaTime }, now) => isYoung(mfaTime, now)),
  }
}

function ownPolicy(name: string, own: CustomPolicy): Policy {
  const { kinds, holds } =
    typeof own === 'function' ? { kinds: ['user'] as readonly PrincipalKind[], holds: own } : own
  const unknown = kinds.find((kind) => !Object.hasOwn(principalKinds, kind))
  if (unknown !== undefined)
    throw new Error(`policy "${name}" is for the unknown kind "${unknown}"`)
  return policy(
    name,
    (claims, now) => kinds.includes(principalKindOf(claims)) && holds(claims, now),
  )
}

function builtInPolicy(name: string, kind: BuiltInPolicy, holds: Holds): Policy {
  return policy(name, (claims, now) => mayEver(claims, kind) && holds(claims, now))
}

function policy(name: string, holds: Holds): Policy {
  return { name, isStepUp: false, holds: (claims, now) => holds(claims, now) === true }
}
