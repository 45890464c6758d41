// Sessions in the graph: refresh, sign out, and the list of devices.

import type { Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import { paginate } from '../core/pagination.ts'
import type { Resolvers } from '../generated.ts'
import { ownOrAdmin } from '../users/own-or-admin.ts'
import { clearedSessionCookies } from './cookies.ts'
import { issueTokens } from './issue-tokens.ts'
import { logout } from './logout.ts'
import { RefusedCookie, refresh } from './refresh.ts'
import { revokeSession } from './revoke-session.ts'
import { Session } from './session.ts'

export const typeDefs = gql`
  extend type Mutation {
    """
    Trades the refresh token for new tokens; with cookies the input is absent. Repeating a request
    whose answer was lost is safe. INVALID_REFRESH_TOKEN: log in again.
    """
    refresh(
      "The arguments."
      input: RefreshInput
    ): SignedIn @public(staleCredentials: true)
      @credentials(reads: ["refresh"], sets: ["session"])
    "Ends sessions of one's own. Being signed out already is success. OTHERS and ALL need a valid access token."
    logout(
      "The arguments."
      input: LogoutInput
    ): LogoutPayload @public(staleCredentials: true)
      @credentials(reads: ["session", "refresh"], sets: ["session"])
    "Ends one session of one's own, such as a lost device. NOT_FOUND where there is none."
    revokeSession(
      "The arguments."
      input: RevokeSessionInput!
    ): Session @policy(policies: [["session"]])
  }

  extend type User {
    "Sessions of the person, oldest first, for oneself and admins."
    sessions(
      "How many from the start, 1 to 100. Default 20."
      first: Int
      "A cursor: the page begins after it. Goes with first."
      after: String
      "How many from the end, 1 to 100."
      last: Int
      "A cursor: the page ends before it. Goes with last."
      before: String
    ): SessionConnection @policy(policies: [["session"]])
  }

  "A session is open."
  type SignedIn {
    "The session."
    session: Session!
    "The person who signed in."
    user: User!
    "When the access token expires; refresh before that."
    accessTokenExpiresAt: DateTime!
    "When the refresh token expires unless it is used before."
    refreshTokenExpiresAt: DateTime!
    "The tokens. Null with cookie delivery."
    tokens: Tokens
    "Send it as the header X-CSRF-Token with every mutation. Null without cookie delivery."
    csrfToken: String
    """
    Keep it on the device and send it with the next login: a known device needs no code. Null with
    cookie delivery, where the device sent one that counts, and with refresh.
    """
    deviceToken: String
  }

  "The credentials of a session without cookies."
  type Tokens {
    "Always Bearer."
    tokenType: String!
    "Send it as Authorization: Bearer."
    accessToken: String!
    "Works once: every refresh returns its successor."
    refreshToken: String!
  }

  "Where the tokens of a session go. A session keeps the one that it began with."
  enum TokenDelivery {
    "Into the answer, for apps and programs."
    BODY
    "Into HttpOnly cookies, for pages in a browser."
    COOKIE
  }

  "Which sessions end."
  enum LogoutScope {
    "The session of this request."
    CURRENT
    "Every other session of the person."
    OTHERS
    "Every session of the person."
    ALL
  }

  "For sessions without cookies."
  input RefreshInput {
    "The refresh token of the last answer."
    refreshToken: String
  }

  "What to end, and what to prove it with."
  input LogoutInput {
    "Which sessions end."
    scope: LogoutScope = CURRENT
    "Ends its own session when there is no access token. With cookies it is absent."
    refreshToken: String
  }

  "What was ended."
  type LogoutPayload {
    "Ids of the sessions that this call ended; empty when none was open."
    revokedSessionIds: [ID!]!
  }

  "Which session ends."
  input RevokeSessionInput {
    "Id of the session."
    sessionId: ID!
  }

  "The state of a session."
  enum SessionStatus {
    "It waits for a verification and has no tokens yet."
    PENDING
    "Its tokens work."
    ACTIVE
    "It was ended."
    REVOKED
    "It was not used for too long, or has reached its longest life."
    EXPIRED
  }

  "A signed-in device."
  type Session {
    "Id of the session."
    id: ID!
    "Its present state."
    status: SessionStatus!
    "Whether this request belongs to it."
    current: Boolean!
    "The name that the login gave the device. Null where it gave none."
    device: String
    "The User-Agent header of the sign-in. Null where there was none, or once it was forgotten."
    userAgent: String
    "The network address of the sign-in. Null once it was forgotten."
    ipAddress: String
    "When the person signed in."
    createdAt: DateTime!
    "When its tokens were last issued."
    lastUsedAt: DateTime!
    "When it expires unless it is used before."
    expiresAt: DateTime!
    "How the person proved who they are, by the names of RFC 8176, such as pwd and otp."
    authenticationMethods: [String!]!
  }

  "A page of sessions."
  type SessionConnection {
    "The sessions on this page, with their cursors."
    edges: [SessionEdge!]!
    "Where this page lies in the list."
    pageInfo: PageInfo!
  }

  "An entry of a page."
  type SessionEdge {
    "Pass it as after or before to read on from here."
    cursor: String!
    "The entry."
    node: Session!
  }
`

export const resolvers = {
  Mutation: {
    refresh: async (_, { input }, context) => {
      try {
        return await issueTokens(context, await refresh(context.deps, context, input ?? {}))
      } catch (error) {
        if (error instanceof RefusedCookie) context.setCookies.push(...clearedSessionCookies())
        throw error
      }
    },
    logout: async (_, { input }, context) => {
      const { revokedSessionIds, isSignedOut } = await logout(context.deps, context, input ?? {})
      const isInBrowser = context.client.cookies === 'allowed'
      if (isSignedOut && isInBrowser) context.setCookies.push(...clearedSessionCookies())
      return { revokedSessionIds }
    },
    revokeSession: async (_, { input }, context) =>
      await revokeSession(context.deps, context, input),
  },
  User: {
    sessions: async (user, args, { deps }) =>
      await paginate(
        deps.db('sessions').where('user_id', user.id).whereNot('status', 'PENDING').select('*'),
        args,
        (row) => Session.fromDatabaseJson(row),
      ),
  },
  Session: {
    status: (session) => session.shownStatus(new Date()),
    current: (session, _, { claims }) => session.id === claims.sessionId,
    device: (session) => session.device_name,
    userAgent: (session) => session.user_agent,
    ipAddress: (session) => session.ip_address,
    createdAt: (session) => session.created_at,
    lastUsedAt: (session) => session.last_used_at,
    expiresAt: (session) => session.endsAt,
    authenticationMethods: (session) => session.authentication_methods,
  },
} satisfies Resolvers

export const rules = { User: { sessions: ownOrAdmin } } as unknown as Rules
