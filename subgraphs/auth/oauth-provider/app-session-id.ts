// What an app knows a session by: a name of its own, which leads nowhere else.
import { sha256 } from '../core/identifiers.ts'

export function appSessionId(sessionId: string, clientId: string): string {
  return sha256(`${sessionId}\0${clientId}`)
}
