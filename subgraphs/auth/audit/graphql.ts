// The audit trail in the graph: all of it for admins, one's own part for everybody.

import type { Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import { auditActorKinds } from '../core/audit/record.ts'
import type { AuditActorKind, AuditOutcome, Resolvers } from '../generated.ts'
import { adminAlone } from '../users/own-or-admin.ts'
import { listActivity, listAuditEvents } from './list-audit-events.ts'

export const typeDefs = gql`
  extend type Query {
    "The audit trail, newest first, for admins."
    auditEvents(
      "How many from the start, 1 to 100. Default 20."
      first: Int
      "A cursor: the page begins after it. Goes with first."
      after: String
      "How many from the end, 1 to 100."
      last: Int
      "A cursor: the page ends before it. Goes with last."
      before: String
      "Only events that match all of it. Default: all."
      filter: AuditFilter
    ): AuditEventConnection! @policy(policies: [["role:admin"]])
  }

  extend type Viewer {
    "What one did, and what was done to one's account, newest first."
    activity(
      "How many from the start, 1 to 100. Default 20."
      first: Int
      "A cursor: the page begins after it. Goes with first."
      after: String
      "How many from the end, 1 to 100."
      last: Int
      "A cursor: the page ends before it. Goes with last."
      before: String
    ): AuditEventConnection @policy(policies: [["session"]])
  }

  "What events must match; what is absent does not count."
  input AuditFilter {
    "Exact names, such as session.created; any of them."
    actions: [String!]
    "Only events that ended this way."
    outcome: AuditOutcome
    "Who did it, or to whom it was done."
    userId: ID
    "The session that did it, or to which it was done."
    sessionId: ID
    "The API key that did it, or to which it was done."
    apiKeyId: ID
    "The network address that it came from."
    ipAddress: String
    "The request that it belongs to."
    requestId: String
    "At or after this moment."
    since: DateTime
    "Before this moment."
    until: DateTime
  }

  "How it ended."
  enum AuditOutcome {
    "It was done."
    SUCCESS
    "It was refused, or failed."
    FAILURE
  }

  "Who did something. May grow in a minor release."
  enum AuditActorKind {
    "A person."
    USER
    "A program with an API key, which acts for the key's owner."
    API_KEY
    "A program with a credential of its own, which acts for nobody."
    CLIENT
    "Somebody who was not signed in."
    ANONYMOUS
    "The command line."
    OPERATOR
    "Sallyport itself."
    SYSTEM
  }

  "Something that happened. What names a person is null once that person is erased."
  type AuditEvent {
    "Id of the event."
    id: ID!
    "What happened, such as session.created."
    action: String!
    "How it ended."
    outcome: AuditOutcome!
    "When it happened."
    occurredAt: DateTime!
    "What kind of caller did it."
    actorKind: AuditActorKind!
    "Id of the user or the API key that did it. Null where nobody was signed in."
    actorId: ID
    "The user who did it. Null for an API key, where nobody was signed in, and once the account is gone."
    actor: User
    "The session that the actor used. Null where it was none."
    actorSessionId: ID
    "The API key that the actor used. Null where it was none."
    actorApiKeyId: ID
    "The network address that it came from. Null for the command line and Sallyport itself."
    ipAddress: String
    "The User-Agent header of the request. Null where there was none."
    userAgent: String
    "Id of the user to whom it was done. Null where it concerns nobody."
    userId: ID
    "The user to whom it was done. Null where userId is null, or the account is gone."
    user: User
    "The session to which it was done. Null where it concerns none."
    sessionId: ID
    "The API key to which it was done. Null where it concerns none."
    apiKeyId: ID
    "Name of the GraphQL operation. Null where it had none."
    operationName: String
    "SHA-256 of the operation's text, in base64url. Null where there was no operation."
    operationHash: String
    "Id of the request, as in the logs. Null where there was no request."
    requestId: String
    "What else is known, by name."
    detail: [AuditDetail!]!
  }

  "One fact about an event."
  type AuditDetail {
    "What it is."
    name: String!
    "Its value, as a string."
    value: String!
  }

  "A page of events."
  type AuditEventConnection {
    "The events on this page, with their cursors."
    edges: [AuditEventEdge!]!
    "Where this page lies in the list."
    pageInfo: PageInfo!
  }

  "An entry of a page."
  type AuditEventEdge {
    "Pass it as after or before to read on from here."
    cursor: String!
    "The entry."
    node: AuditEvent!
  }
`

export const resolvers = {
  Query: {
    auditEvents: async (_, args, { deps }) => await listAuditEvents(deps.db, args),
  },
  Viewer: {
    activity: async (_, args, { deps, claims }) =>
      claims.subject === null ? null : await listActivity(deps.db, claims.subject, args),
  },
  AuditEvent: {
    id: (event) => `aud_${event.id}`,
    outcome: (event) => event.outcome.toUpperCase() as AuditOutcome,
    occurredAt: (event) => event.created_at,
    actorKind: (event) => auditActorKinds.get(event.actor_kind) as AuditActorKind,
    actorId: (event) => event.actor_id,
    actor: async (event, _, { users }) =>
      event.actor_id === null ? null : await users.load(event.actor_id),
    actorSessionId: (event) => event.actor_session_id,
    actorApiKeyId: (event) => event.actor_api_key_id,
    ipAddress: (event) => event.ip_address,
    userAgent: (event) => event.user_agent,
    userId: (event) => event.user_id,
    user: async (event, _, { users }) =>
      event.user_id === null ? null : await users.load(event.user_id),
    sessionId: (event) => event.session_id,
    apiKeyId: (event) => event.api_key_id,
    operationName: (event) => event.operation_name,
    operationHash: (event) => event.operation_hash,
    requestId: (event) => event.request_id,
    detail: (event) =>
      Object.entries(event.detail).map(([name, value]) => ({
        name,
        value: typeof value === 'string' ? value : JSON.stringify(value),
      })),
  },
} satisfies Resolvers

export const rules = { Query: { auditEvents: adminAlone } } as unknown as Rules
