// Sessions in the graph: sign in, verify, refresh, sign out, and the list of devices.
import type { Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import type { AuthContext } from '../context.ts'
import { type ConnectionArguments, paginate } from '../core/pagination.ts'
import { denySession } from '../sign-in/deny-session.ts'
import { login } from '../sign-in/login.ts'
import { reauthenticate } from '../sign-in/reauthenticate.ts'
import { verifySession } from '../sign-in/verify-session.ts'
import { ownOrAdmin } from '../users/own-or-admin.ts'
import type { UserWithRoles } from '../users/user.ts'
import { logout } from './logout.ts'
import { refresh } from './refresh.ts'
import { revokeSession } from './revoke-session.ts'
import { Session } from './session.ts'

export const typeDefs = gql`
  extend type Mutation {
    login(input: LoginInput!): AuthResult @public(staleCredentials: true)
    "Turns a proved code into a usable session."
    verifySession(input: VerifySessionInput!): AuthResult @public(staleCredentials: true)
    "The password again: raises auth_time of the current session."
    reauthenticate(input: ReauthenticateInput!): AuthResult @policy(policies: [["session"]])
    "Without input: the refresh cookie."
    refresh(input: RefreshInput): SignedIn @public(staleCredentials: true)
    "Signed out already is success. OTHERS and ALL need a valid access token."
    logout(input: LogoutInput): LogoutPayload @public(staleCredentials: true)
    revokeSession(input: RevokeSessionInput!): Session @policy(policies: [["session"]])
    "What the link in the mail about a new device does: every session ends and the password is void."
    denySession(input: DenySessionInput!): AccountSecured @public(staleCredentials: true)
  }

  extend type User {
    sessions(first: Int, after: String, last: Int, before: String): SessionConnection
      @policy(policies: [["session"]])
  }

  union AuthResult = SignedIn | VerificationRequired

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

  input LoginInput {
    email: String!
    password: String!
    delivery: TokenDelivery = BODY
    "Shown in the list of sessions."
    deviceName: String
    "From an earlier sign-in on this device."
    deviceToken: String
  }

  input VerifySessionInput {
    verificationId: ID!
    code: String!
  }

  input ReauthenticateInput {
    password: String!
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

  input DenySessionInput {
    "What stands behind the # of the link."
    token: String!
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
    login: async (_: unknown, { input }: Input, context: AuthContext) =>
      await login(context, input),
    verifySession: async (_: unknown, { input }: Input, context: AuthContext) =>
      await verifySession(context, input),
    reauthenticate: async (_: unknown, { input }: Input, context: AuthContext) =>
      await reauthenticate(context, input),
    refresh: async (_: unknown, { input }: Input, context: AuthContext) =>
      await refresh(context, input),
    logout: async (_: unknown, { input }: Input, context: AuthContext) =>
      await logout(context, input),
    revokeSession: async (_: unknown, { input }: Input, context: AuthContext) =>
      await revokeSession(context, input),
    denySession: async (_: unknown, { input }: Input, context: AuthContext) =>
      await denySession(context, input),
  },
  AuthResult: {
    __resolveType: (result: { __typename?: string }) => result.__typename ?? 'VerificationRequired',
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
