// Users in the graph: the viewer, oneself, and for admins everybody.
import { isSignedIn, isSubject, mayEver } from '@sallyport/claims'
import { forbidden, type Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import { updateProfile } from '../account/update-profile.ts'
import type { AuthContext } from '../context.ts'
import { csrfTokenFor } from '../sessions/csrf-token.ts'
import { Session } from '../sessions/session.ts'
import { register } from '../sign-in/register.ts'
import { type ListUsers, listUsers } from './list-users.ts'
import { isAdmin, ownOrAdmin } from './own-or-admin.ts'
import type { UserWithRoles } from './user.ts'

export const typeDefs = gql`
  type Query {
    "Who is calling; null when anonymous."
    viewer: Viewer @public
    "Oneself, or anybody for an admin."
    user(id: ID!): User @authenticated
    users(
      first: Int
      after: String
      last: Int
      before: String
      "Part of the primary address or a name, 3 characters or more."
      search: String
      filter: UserFilter
      orderBy: UserOrder
    ): UserConnection! @policy(policies: [["role:admin"]])
  }

  type Mutation {
    "Absent: as it is. Empty: none."
    updateProfile(input: UpdateProfileInput!): User @policy(policies: [["session"]])
    "Begins a registration: the user appears when the e-mailed code is proved with verifySession."
    register(input: RegisterInput!): VerificationRequired @public(staleCredentials: true)
  }

  input RegisterInput {
    email: String!
    "10 to 128 characters."
    password: String!
    fullName: String
    displayName: String
    "Where the tokens will go; kept with the session."
    delivery: TokenDelivery = BODY
  }

  input UpdateProfileInput {
    fullName: String
    displayName: String
  }

  type Viewer {
    kind: PrincipalKind!
    "With an API key: its owner."
    user: User
    session: Session
    apiKey: ApiKey
    roles: [String!]!
    scopes: [String!]!
    "To send as X-CSRF-Token with mutations, in cookie sessions."
    csrfToken: String
  }

  enum PrincipalKind {
    USER
    API_KEY
    CLIENT
  }

  "A person. Private fields are for oneself and admins: null with FORBIDDEN for others."
  type User @key(fields: "id") {
    id: ID! @public
    displayName: String @public
    email: String @authenticated
    fullName: String @authenticated
    status: UserStatus @authenticated
    roles: [String!] @authenticated
    emailVerified: Boolean @authenticated
    createdAt: DateTime @authenticated
    updatedAt: DateTime @authenticated
    "Set by admins; in tokens together with those of the roles."
    customClaims: JSONObject @authenticated
    "Why an admin suspended them: for admins."
    suspendedReason: String @policy(policies: [["role:admin"]])
  }

  enum UserStatus {
    "Made by an admin; no password was chosen yet."
    INVITED
    ACTIVE
    SUSPENDED
  }

  input UserFilter {
    status: UserStatus
    role: String
  }

  input UserOrder {
    field: UserOrderField! = CREATED_AT
    direction: OrderDirection! = ASC
  }

  enum UserOrderField {
    CREATED_AT
    EMAIL
    NAME
  }

  enum OrderDirection {
    ASC
    DESC
  }

  type UserConnection {
    edges: [UserEdge!]!
    pageInfo: PageInfo!
  }

  type UserEdge {
    cursor: String!
    node: User!
  }
`

export const resolvers = {
  Query: {
    viewer: (_: unknown, __: unknown, { claims }: AuthContext) => (isSignedIn(claims) ? {} : null),
    user: async (_: unknown, { id }: { id: string }, { users }: AuthContext) =>
      await users.load(id),
    users: async (_: unknown, args: ListUsers, context: AuthContext) =>
      await listUsers(context, args),
  },
  Mutation: {
    updateProfile: async (_: unknown, { input }: { input: unknown }, context: AuthContext) =>
      await updateProfile(context, input),
    register: async (_: unknown, { input }: { input: unknown }, context: AuthContext) =>
      await register(context, input),
  },
  Viewer: {
    kind: (_: unknown, __: unknown, { claims }: AuthContext) =>
      claims.kind.toUpperCase().replace('-', '_'),
    user: async (_: unknown, __: unknown, { claims, users }: AuthContext) =>
      claims.subject === null ? null : await users.load(claims.subject),
    session: async (_: unknown, __: unknown, context: AuthContext) => await currentSession(context),
    roles: (_: unknown, __: unknown, { claims }: AuthContext) => claims.roles,
    scopes: (_: unknown, __: unknown, { claims }: AuthContext) => claims.scopes,
    csrfToken: async (_: unknown, __: unknown, context: AuthContext) => {
      const session = await currentSession(context)
      return session === null ? null : csrfTokenFor(session, context.deps.config.secrets.codeKey)
    },
  },
  User: {
    __resolveReference: async ({ id }: { id: string }, { users }: AuthContext) =>
      await users.load(id),
    displayName: (user: UserWithRoles) => user.display_name,
    fullName: (user: UserWithRoles) => user.full_name,
    emailVerified: (user: UserWithRoles) => user.email_verified,
    createdAt: (user: UserWithRoles) => user.created_at,
    updatedAt: (user: UserWithRoles) => user.updated_at,
    customClaims: (user: UserWithRoles) => user.custom_claims,
    suspendedReason: (user: UserWithRoles) => user.suspended_reason,
  },
}

async function currentSession({ claims, deps }: AuthContext): Promise<Session | null> {
  if (!mayEver(claims, 'session') || claims.sessionId === null) return null
  return (await Session.query(deps.db).findById(claims.sessionId)) ?? null
}

export const rules = {
  Query: {
    user: (_parent: unknown, { id }: { id: string }, { claims }: AuthContext) =>
      isSubject(claims, id) || isAdmin(claims) ? true : forbidden(),
  },
  User: {
    email: ownOrAdmin,
    fullName: ownOrAdmin,
    status: ownOrAdmin,
    roles: ownOrAdmin,
    emailVerified: ownOrAdmin,
    createdAt: ownOrAdmin,
    updatedAt: ownOrAdmin,
    customClaims: ownOrAdmin,
  },
} as unknown as Rules
