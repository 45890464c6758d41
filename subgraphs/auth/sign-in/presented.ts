// What was presented to prove a factor: a code that was typed, or what a browser answered.
import { badInput } from '../core/errors.ts'

export interface GivenProof {
  readonly method?: string | null | undefined
  readonly code?: string | null | undefined
  readonly passkey?: Readonly<Record<string, unknown>> | null | undefined
}

/** @throws AuthError BAD_USER_INPUT for none, and for more than one */
export function presentedIn({ method, code, passkey }: GivenProof): {
  method: string | null
  secret: string
} {
  const hasPasskey = passkey !== undefined && passkey !== null
  const hasCode = code !== undefined && code !== null
  if (hasCode === hasPasskey) throw badInput('input', 'Send either code or passkey.')
  if (hasCode) return { method: method ?? null, secret: code }
  return { method: method ?? 'PASSKEY', secret: JSON.stringify(passkey) }
}
