// What the ways into auth by HTTP are made from.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { IdentityReader } from '@sallyport/claims'
import type { AuthNames } from '../../platform/auth-names/auth-names.ts'
import type { AuthDeps } from './core/dependencies.ts'
import type { createForwardingNotes } from './networks/note-forwarding.ts'
import type { OAuthProvider } from './oauth-provider/oauth-provider.ts'
import type { RevocationFeed } from './revocation/feed.ts'
import type { RequestTracing } from './tracing/trace-requests.ts'

export interface ServerDeps {
  readonly deps: AuthDeps
  readonly identity: IdentityReader
  readonly feed: RevocationFeed
  readonly oauth: OAuthProvider
  /** What auth is called in this graph. */
  readonly names: AuthNames
  /** Null: nothing is traced. */
  readonly tracing: RequestTracing | null
  /** Whether anybody takes events. */
  readonly hasTakers: boolean
}

export type ForwardingNotes = ReturnType<typeof createForwardingNotes>

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export function noteForwarding(notes: ForwardingNotes, headers: IncomingHttpHeaders): void {
  const ignoredPeer = headers['sallyport-client-forwarding-ignored']
  if (typeof ignoredPeer === 'string') notes.note(ignoredPeer.slice(0, 64))
}
