// Users in the graph: oneself, and for admins everybody.

import { isSubject } from '@sallyport/claims'
import { forbidden, type Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import type { AuthContext } from '../context.ts'
import type { Resolvers } from '../generated.ts'
import { listUsers } from './list-users.ts'
import { adminAlone, isAdmin, ownOrAdmin } from './own-or-admin.ts'
import { noRoles } from './user.ts'

export const typeDefs = gql`
  "What can be read."
  type Query {
    "A person by id: oneself, or anybody for an admin. Null where there is no such user. FORBIDDEN for others."
    user(
      "Id of the user."
      id: ID!
    ): User @authenticated
    "Everybody who has an account, for admins. 20 to a page unless told otherwise."
    users(
      "How many from the start, 1 to 100. Default 20."
      first: Int
      "A cursor: the page begins after it. Goes with first."
      after: String
      "How many from the end, 1 to 100."
      last: Int
      "A cursor: the page ends before it. Goes with last."
      before: String
      "Part of the primary e-mail address or of a name, at least 3 characters. Default: everybody."
      search: String
      "Only users that match all of it. Default: everybody."
      filter: UserFilter
      "Default: by time of creation, oldest first."
      orderBy: UserOrder
    ): UserConnection! @policy(policies: [["role:admin"]])
  }

  "A person. Private fields are for oneself and admins: null with FORBIDDEN for others."
  type User @key(fields: "id") {
    "Id of the user: usr_ and random characters, or what an import brought, up to 128 characters."
    id: ID! @public
    "The name that everybody sees. Null where none was given."
    displayName: String @public
    "The primary e-mail address, which is the login name."
    email: String @authenticated
    "The person's name, for oneself and admins. Null where none was given."
    fullName: String @authenticated
    "Whether the account can be used."
    status: UserStatus @authenticated
    "Names of the roles that the person holds, user among them."
    roles: [String!] @authenticated
    "Whether the primary e-mail address was proved."
    emailVerified: Boolean @authenticated
    "When the account was created."
    createdAt: DateTime @authenticated
    "When the account was last changed."
    updatedAt: DateTime @authenticated
    "Claims that admins gave this person; tokens carry them together with those of the roles."
    customClaims: JSONObject @authenticated
    "Why an admin suspended the account, for admins. Null where no reason was given."
    suspendedReason: String @policy(policies: [["role:admin"]])
  }

  "The state of an account."
  enum UserStatus {
    "Created by an admin; no password has been chosen yet."
    INVITED
    "The person can sign in."
    ACTIVE
    "An admin has stopped the account: nobody can sign in to it, and its API keys do not work."
    SUSPENDED
  }

  "What users must match; what is absent does not count."
  input UserFilter {
    "Only accounts in this state."
    status: UserStatus
    "Only people who hold this role."
    role: String
  }

  "How users are sorted."
  input UserOrder {
    "What they are sorted by."
    field: UserOrderField! = CREATED_AT
    "Which end comes first."
    direction: OrderDirection! = ASC
  }

  "What users can be sorted by."
  enum UserOrderField {
    "When the account was created."
    CREATED_AT
    "The primary e-mail address."
    EMAIL
    "The person's name."
    NAME
  }

  "Which end of a sorted list comes first."
  enum OrderDirection {
    "Smallest, oldest or A first."
    ASC
    "Largest, newest or Z first."
    DESC
  }

  "A page of users."
  type UserConnection {
    "The users on this page, with their cursors."
    edges: [UserEdge!]!
    "Where this page lies in the list."
    pageInfo: PageInfo!
  }

  "An entry of a page."
  type UserEdge {
    "Pass it as after or before to read on from here."
    cursor: String!
    "The entry."
    node: User!
  }
`

export const resolvers = {
  Query: {
    user: async (_, { id }, { users }) => await users.load(id),
    users: async (_, args, context) => await listUsers(context.deps, args),
  },
  UserEdge: {
    // With their roles, which the page's rows do not have.
    node: async ({ node }, _, { users }) =>
      (await users.load(node.id)) ?? Object.assign(node, noRoles()),
  },
  User: {
    __resolveReference: async ({ id }, { users }) => await users.load(id),
    displayName: (user) => user.display_name,
    fullName: (user) => user.full_name,
    emailVerified: (user) => user.email_verified,
    createdAt: (user) => user.created_at,
    updatedAt: (user) => user.updated_at,
    customClaims: (user) => user.custom_claims,
    suspendedReason: (user) => user.suspended_reason,
  },
} satisfies Resolvers

export const rules = {
  Query: {
    user: (_parent: unknown, { id }: { id: string }, { claims }: AuthContext) =>
      isSubject(claims, id) || isAdmin(claims) ? true : forbidden(),
    users: adminAlone,
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
    suspendedReason: adminAlone,
  },
} as unknown as Rules
