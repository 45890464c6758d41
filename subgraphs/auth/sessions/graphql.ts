// Sessions in the graph: refresh, sign out, and the list of devices.
import type { Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import type { AuthContext } from '../context.ts'
import { type ConnectionArguments, paginate } from '../core/pagination.ts'
import { ownOrAdmin } from '../users/own-or-admin.ts'
import type { UserWithRoles } from '../users/user.ts'
import { logout } from './logout.ts'
import { refresh } from './refresh.ts'
import { revokeSession } from './revoke-session.ts'
import { Session } from './session.ts'

export const typeDefs = gql`
  extend type Mutation {
    "Without input: the refresh cookie."
    refresh(input: RefreshInput): SignedIn @public(staleCredentials: true)
    "Signed out already is success. OTHERS and ALL need a valid access token."
    logout(input: LogoutInput): LogoutPayload @public(staleCredentials: true)
    revokeSession(input: RevokeSessionInput!): Session @policy(policies: [["session"]])
  }

  extend type User {
    sessions(first: Int, after: String, last: Int, before: String): SessionConnection
      @policy(policies: [["session"]])
  }

  type SignedIn {
    session: Session!
    user: User!
    accessTokenExpiresAt: DateTime!
    refreshTokenExpiresAt: DateTime!
    "null with cookie delivery."
    tokens: Tokens
    "With cookie delivery: to send as X-CSRF-Token with mutations."
    csrfToken: String
    "Keep it on the device and send it at the next login: a known device needs no code."
    deviceToken: String
  }

  type Tokens {
    "Always Bearer."
    tokenType: String!
    accessToken: String!
    refreshToken: String!
  }

  enum TokenDelivery {
    BODY
    COOKIE
  }

  enum LogoutScope {
    CURRENT
    OTHERS
    ALL
  }

  input RefreshInput {
    refreshToken: String
  }

  input LogoutInput {
    scope: LogoutScope = CURRENT
    refreshToken: String
  }

  type LogoutPayload {
    revokedSessionIds: [ID!]!
  }

  input RevokeSessionInput {
    sessionId: ID!
  }

  enum SessionStatus {
    PENDING
    ACTIVE
    REVOKED
    EXPIRED
  }

  "A signed-in device."
  type Session {
    id: ID!
    status: SessionStatus!
    "Whether this very request belongs to it."
    current: Boolean!
    device: String
    userAgent: String
    ipAddress: String
    createdAt: DateTime!
    lastUsedAt: DateTime!
    expiresAt: DateTime!
    "RFC 8176 names: pwd, otp."
    authenticationMethods: [String!]!
  }

  type SessionConnection {
    edges: [SessionEdge!]!
    pageInfo: PageInfo!
  }

  type SessionEdge {
    cursor: String!
    node: Session!
  }
`

type Input = { readonly input?: unknown }

export const resolvers = {
  Mutation: {
    refresh: async (_: unknown, { input }: Input, context: AuthContext) =>
      await refresh(context, input),
    logout: async (_: unknown, { input }: Input, context: AuthContext) =>
      await logout(context, input),
    revokeSession: async (_: unknown, { input }: Input, context: AuthContext) =>
      await revokeSession(context, input),
  },
  User: {
    sessions: async (user: UserWithRoles, args: ConnectionArguments, { deps }: AuthContext) =>
      await paginate(
        deps.db('sessions').where('user_id', user.id).whereNot('status', 'PENDING').select('*'),
        args,
        (row) => Session.fromDatabaseJson(row),
      ),
  },
  Session: {
    status: (session: Session) => session.shownStatus(new Date()),
    current: (session: Session, _: unknown, { claims }: AuthContext) =>
      session.id === claims.sessionId,
    device: (session: Session) => session.device_name,
    userAgent: (session: Session) => session.user_agent,
    ipAddress: (session: Session) => session.ip_address,
    createdAt: (session: Session) => session.created_at,
    lastUsedAt: (session: Session) => session.last_used_at,
    expiresAt: (session: Session) => session.endsAt,
    authenticationMethods: (session: Session) => session.authentication_methods,
  },
}

export const rules = { User: { sessions: ownOrAdmin } } as unknown as Rules
