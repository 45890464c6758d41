// Users in the graph: oneself, and for admins everybody.
import { isSubject } from '@sallyport/claims'
import { forbidden, type Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import type { AuthContext } from '../context.ts'
import { type ListUsers, listUsers } from './list-users.ts'
import { isAdmin, ownOrAdmin } from './own-or-admin.ts'
import type { UserWithRoles } from './user.ts'

export const typeDefs = gql`
  type Query {
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
    user: async (_: unknown, { id }: { id: string }, { users }: AuthContext) =>
      await users.load(id),
    users: async (_: unknown, args: ListUsers, context: AuthContext) =>
      await listUsers(context, args),
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
