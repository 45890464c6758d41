// The device of a session, as a mail may name it.
import { plainText } from '../core/mail/plain-text.ts'
import type { Session } from './session.ts'

/** Anyone who signs in chooses these words. null: nothing was told. */
export function deviceOf(session: Session): string | null {
  const told = session.device_name ?? session.user_agent
  return told === null ? null : plainText(told)
}
