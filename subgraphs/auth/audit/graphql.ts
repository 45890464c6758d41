// The audit trail in the graph: all of it for admins, one's own part for everybody.
import { gql } from 'graphql-tag'
import type { AuthContext } from '../context.ts'
import type { ConnectionArguments } from '../core/pagination.ts'
import {
  type AuditEventNode,
  type AuditFilter,
  listActivity,
  listAuditEvents,
} from './list-audit-events.ts'

export const typeDefs = gql`
  extend type Query {
    "Newest first."
    auditEvents(
      first: Int
      after: String
      last: Int
      before: String
      filter: AuditFilter
    ): AuditEventConnection! @policy(policies: [["role:admin"]])
  }

  extend type Viewer {
    "What one did, and what was done to one's account. Newest first."
    activity(first: Int, after: String, last: Int, before: String): AuditEventConnection
      @policy(policies: [["session"]])
  }

  input AuditFilter {
    "Exact names, as session.created; any of them."
    actions: [String!]
    outcome: AuditOutcome
    "Who did it, or whom it was done to."
    userId: ID
    sessionId: ID
    apiKeyId: ID
    ipAddress: String
    requestId: String
    since: DateTime
    until: DateTime
  }

  enum AuditOutcome {
    SUCCESS
    FAILURE
  }

  enum AuditActorKind {
    USER
    API_KEY
    ANONYMOUS
    "The command line."
    OPERATOR
    "Sallyport itself."
    SYSTEM
  }

  "Something that happened. What names a person is null once that person is erased."
  type AuditEvent {
    id: ID!
    "As session.created."
    action: String!
    outcome: AuditOutcome!
    occurredAt: DateTime!
    actorKind: AuditActorKind!
    actorId: ID
    actor: User
    "The session or the API key that the actor used."
    actorSessionId: ID
    actorApiKeyId: ID
    ipAddress: String
    userAgent: String
    "Whom it was done to."
    userId: ID
    user: User
    sessionId: ID
    apiKeyId: ID
    operationName: String
    "SHA-256 of the operation's text."
    operationHash: String
    requestId: String
    detail: [AuditDetail!]!
  }

  type AuditDetail {
    name: String!
    value: String!
  }

  type AuditEventConnection {
    edges: [AuditEventEdge!]!
    pageInfo: PageInfo!
  }

  type AuditEventEdge {
    cursor: String!
    node: AuditEvent!
  }
`

export const resolvers = {
  Query: {
    auditEvents: async (
      _: unknown,
      args: ConnectionArguments & { readonly filter?: AuditFilter | null },
      { deps }: AuthContext,
    ) => await listAuditEvents(deps.db, args),
  },
  Viewer: {
    activity: async (_: unknown, args: ConnectionArguments, { deps, claims }: AuthContext) =>
      claims.subject === null ? null : await listActivity(deps.db, claims.subject, args),
  },
  AuditEvent: {
    id: (event: AuditEventNode) => `aud_${event.id}`,
    outcome: (event: AuditEventNode) => event.outcome.toUpperCase(),
    occurredAt: (event: AuditEventNode) => event.created_at,
    actorKind: (event: AuditEventNode) => event.actor_kind.toUpperCase().replace('-', '_'),
    actorId: (event: AuditEventNode) => event.actor_id,
    actor: async (event: AuditEventNode, _: unknown, { users }: AuthContext) =>
      event.actor_id === null ? null : await users.load(event.actor_id),
    actorSessionId: (event: AuditEventNode) => event.actor_session_id,
    actorApiKeyId: (event: AuditEventNode) => event.actor_api_key_id,
    ipAddress: (event: AuditEventNode) => event.ip_address,
    userAgent: (event: AuditEventNode) => event.user_agent,
    userId: (event: AuditEventNode) => event.user_id,
    user: async (event: AuditEventNode, _: unknown, { users }: AuthContext) =>
      event.user_id === null ? null : await users.load(event.user_id),
    sessionId: (event: AuditEventNode) => event.session_id,
    apiKeyId: (event: AuditEventNode) => event.api_key_id,
    operationName: (event: AuditEventNode) => event.operation_name,
    operationHash: (event: AuditEventNode) => event.operation_hash,
    requestId: (event: AuditEventNode) => event.request_id,
    detail: (event: AuditEventNode) =>
      Object.entries(event.detail).map(([name, value]) => ({
        name,
        value: typeof value === 'string' ? value : JSON.stringify(value),
      })),
  },
}
