// Named policies of `@policy`: questions about the caller that a role list or a scope cannot put.
import type { Claims } from './claims.ts'

/** A policy by name, ready to be asked. */
export interface Policy {
  readonly name: string
  /** Whether the caller could satisfy it by proving more of who they are (`mfa`, `fresh:<seconds>`). */
  readonly isStepUp: boolean
  /** For `fresh:<seconds>`. */
  readonly maxAgeSeconds?: number
  holds(claims: Claims, nowSeconds: number): boolean
}

/** Finds policies by name. */
export interface PolicyRegistry {
  /** `undefined` when there is no such policy. */
  find(name: string): Policy | undefined
}

/** A deployment's own policy: pure, synchronous, and only `true` lets pass. */
export type CustomPolicy = (claims: Claims, nowSeconds: number) => boolean

/** The policy that makes the gateway replace the principal by auth's present answer first. */
export const LIVE_POLICY = 'live'

const SIMPLE: Readonly<Record<string, Policy>> = {
  verified: policy('verified', (claims) => claims.emailVerified),
  session: policy('session', (claims) => claims.kind === 'user' && claims.sessionId !== null),
  mfa: { ...policy('mfa', (claims) => claims.amr.includes('mfa')), isStepUp: true },
  // The claims are auth's present answer already when this is asked; without them nothing gets here.
  [LIVE_POLICY]: policy(LIVE_POLICY, () => true),
  deny: policy('deny', () => false),
}

/**
 * The built-in policies and a deployment's own.
 *
 * Built in: `role:<name>`, `verified` (e-mail address), `session` (a person with a session, no key),
 * `mfa`, `fresh:<seconds>` (proved who they are so recently), `live`, `deny`.
 *
 * @throws Error when a name of `custom` is built in or starts like one that is.
 */
export function createPolicies(
  custom: Readonly<Record<string, CustomPolicy>> = {},
): PolicyRegistry {
  const own = new Map(Object.entries(custom).map(([name, holds]) => [name, policy(name, holds)]))
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
  if (role) return policy(name, (claims) => claims.roles.includes(role))
  const seconds = /^fresh:([1-9]\d{0,8})$/.exec(name)?.[1]
  return seconds ? freshPolicy(name, Number(seconds)) : undefined
}

function freshPolicy(name: string, maxAgeSeconds: number): Policy {
  return {
    name,
    isStepUp: true,
    maxAgeSeconds,
    holds: ({ authTime }, now) => authTime !== null && now - authTime <= maxAgeSeconds,
  }
}

function policy(name: string, holds: CustomPolicy): Policy {
  return { name, isStepUp: false, holds: (claims, now) => holds(claims, now) === true }
}
