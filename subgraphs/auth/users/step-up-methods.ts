// What somebody can confirm their presence with, as their tokens say it: a further factor where they hold one.
import type { User } from './user.ts'

export function stepUpMethods({ further_methods, password_hash }: User): string[] {
  if (further_methods.length > 0) return further_methods
  return password_hash === null ? ['EMAIL_CODE'] : ['PASSWORD', 'EMAIL_CODE']
}
