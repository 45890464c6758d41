// A person as apps are told of them (OpenID Connect Core, 5.1 and 5.4): by scope, and no more.
import type { UserWithRoles } from '../users/user.ts'

export const CLAIMS_BY_SCOPE = {
  openid: ['sub'],
  email: ['email', 'email_verified'],
  profile: ['name', 'nickname', 'updated_at'],
} as const

export function profileOf(user: UserWithRoles, scopes: readonly string[]): Record<string, unknown> {
  const all: Record<string, unknown> = {
    sub: user.id,
    email: user.email,
    email_verified: user.email_verified,
    name: user.full_name ?? user.display_name,
    nickname: user.display_name,
    updated_at: Math.floor(user.updated_at.getTime() / 1000),
  }
  const told = new Set<string>(['sub'])
  for (const [scope, names] of Object.entries(CLAIMS_BY_SCOPE)) {
    if (scopes.includes(scope)) for (const name of names) told.add(name)
  }
  return Object.fromEntries(
    Object.entries(all).filter(([name, value]) => told.has(name) && value !== null),
  )
}
