// Roles in the graph, for admins.

import type { Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import { paginate } from '../core/pagination.ts'
import type { Resolvers } from '../generated.ts'
import { adminAlone } from '../users/own-or-admin.ts'
import { createRole } from './create-role.ts'
import { deleteRole } from './delete-role.ts'
import { grantRole } from './grant-role.ts'
import { revokeRole } from './revoke-role.ts'
import { BUILT_IN, Role } from './role.ts'
import { updateRole } from './update-role.ts'

export const typeDefs = gql`
  extend type Query {
    "Every role, by name, for admins."
    roles(
      "How many from the start, 1 to 100. Default 20."
      first: Int
      "A cursor: the page begins after it. Goes with first."
      after: String
      "How many from the end, 1 to 100."
      last: Int
      "A cursor: the page ends before it. Goes with last."
      before: String
    ): RoleConnection! @policy(policies: [["role:admin"]])
  }

  extend type Mutation {
    "Creates a role below one's own rank. CONFLICT for a name that is taken, FORBIDDEN."
    createRole(
      "The arguments."
      input: CreateRoleInput!
    ): Role @policy(policies: [["role:admin"]])
    """
    Changes a role below one's own rank. Tokens of those who hold it are stale from then on.
    NOT_FOUND, FORBIDDEN, CONFLICT.
    """
    updateRole(
      "The arguments."
      input: UpdateRoleInput!
    ): Role @policy(policies: [["role:admin"]])
    "Deletes a role that nobody holds, below one's own rank. NOT_FOUND, FORBIDDEN, CONFLICT."
    deleteRole(
      "The arguments."
      input: DeleteRoleInput!
    ): DeleteRolePayload @policy(policies: [["role:admin"]])
    """
    Gives a role below one's own rank to somebody below one's own rank; holding it already is
    success. NOT_FOUND, FORBIDDEN, BAD_USER_INPUT for a role that does not exist.
    """
    grantRole(
      "The arguments."
      input: GrantRoleInput!
    ): User @policy(policies: [["role:admin"]])
    """
    Takes a role from somebody of a lower rank, or from oneself. LAST_ADMIN when nobody else is an
    admin, NOT_FOUND, FORBIDDEN.
    """
    revokeRole(
      "The arguments."
      input: RevokeRoleInput!
    ): User @policy(policies: [["role:admin"]])
  }

  "A name, a rank and scopes, held by people and narrowed by API keys."
  type Role {
    "The name, which is its id too."
    name: String!
    "0 to 1000000. Anyone who holds a role manages what is of a lower rank."
    rank: Int!
    "What API keys and OAuth clients may be narrowed to."
    scopes: [String!]!
    "What the role is for. Null where nothing was written."
    description: String
    "Claims in the tokens of everybody who holds the role."
    customClaims: JSONObject!
    "Whether it is admin or user, which cannot be deleted."
    builtIn: Boolean!
    "When it was created."
    createdAt: DateTime!
  }

  "A page of roles."
  type RoleConnection {
    "The roles on this page, with their cursors."
    edges: [RoleEdge!]!
    "Where this page lies in the list."
    pageInfo: PageInfo!
  }

  "An entry of a page."
  type RoleEdge {
    "Pass it as after or before to read on from here."
    cursor: String!
    "The entry."
    node: Role!
  }

  "A new role."
  input CreateRoleInput {
    "1 to 50 characters: lower case letters, digits, : _ and -."
    name: String!
    "0 to 1000000, below one's own."
    rank: Int!
    "At most 100. Omitted: none."
    scopes: [String!]
    "What the role is for, at most 500 characters."
    description: String
    """
    Claims for the tokens of everybody who holds it. Names in lower case; strings, numbers, booleans
    and lists of strings; 1 KB in all.
    """
    customClaims: JSONObject
  }

  "What changes on a role; what is absent stays as it is."
  input UpdateRoleInput {
    "Name of the role, which cannot change."
    name: String!
    "0 to 1000000, below one's own. The rank of a built-in role cannot change."
    rank: Int
    "Replaces all of its scopes. At most 100."
    scopes: [String!]
    "What the role is for, at most 500 characters."
    description: String
    "Replaces all of its claims. 1 KB in all."
    customClaims: JSONObject
  }

  "Which role is deleted."
  input DeleteRoleInput {
    "Name of the role."
    name: String!
  }

  "What was deleted."
  type DeleteRolePayload {
    "Name of the role."
    name: String!
  }

  "Who gets which role."
  input GrantRoleInput {
    "Id of the user."
    userId: ID!
    "Name of the role."
    role: String!
  }

  "Who loses which role."
  input RevokeRoleInput {
    "Id of the user."
    userId: ID!
    "Name of the role."
    role: String!
  }
`

export const resolvers = {
  Query: {
    roles: async (_, args, { deps }) =>
      await paginate(deps.db('roles').select('*'), args, (row) => Role.fromDatabaseJson(row), {
        column: 'name',
        idColumn: 'name',
      }),
  },
  Mutation: {
    createRole: async (_, { input }, context) => await createRole(context.deps, context, input),
    updateRole: async (_, { input }, context) => await updateRole(context.deps, context, input),
    deleteRole: async (_, { input }, context) => await deleteRole(context.deps, context, input),
    grantRole: async (_, { input }, context) => await grantRole(context.deps, context, input),
    revokeRole: async (_, { input }, context) => await revokeRole(context.deps, context, input),
  },
  Role: {
    customClaims: (role) => role.custom_claims,
    builtIn: ({ name }) => BUILT_IN.includes(name),
    createdAt: (role) => role.created_at,
  },
} satisfies Resolvers

export const rules = { Query: { roles: adminAlone } } as unknown as Rules
