// The rule of what belongs to a person: oneself, or an admin.
import { parentRule } from '@sallyport/claims/rules'
import type { User } from './user.ts'

export const ownOrAdmin = parentRule(
  (user: User, claims) => user.id === claims.subject || claims.roles.includes('admin'),
)
