// Roles in the graph, for admins.
import { gql } from 'graphql-tag'
import type { AuthContext } from '../context.ts'
import { type ConnectionArguments, paginate } from '../core/pagination.ts'
import { createRole } from './create-role.ts'
import { deleteRole } from './delete-role.ts'
import { grantRole } from './grant-role.ts'
import { revokeRole } from './revoke-role.ts'
import { BUILT_IN, Role } from './role.ts'
import { updateRole } from './update-role.ts'

export const typeDefs = gql`
  extend type Query {
    "By name."
    roles(first: Int, after: String, last: Int, before: String): RoleConnection!
      @policy(policies: [["role:admin"]])
  }

  extend type Mutation {
    "Below one's own rank, here and below."
    createRole(input: CreateRoleInput!): Role @policy(policies: [["role:admin"]])
    "Tokens of those who have the role are stale from then on."
    updateRole(input: UpdateRoleInput!): Role @policy(policies: [["role:admin"]])
    "A role that nobody has."
    deleteRole(input: DeleteRoleInput!): DeleteRolePayload @policy(policies: [["role:admin"]])
    grantRole(input: GrantRoleInput!): User @policy(policies: [["role:admin"]])
    "From somebody of a lower rank, or from oneself."
    revokeRole(input: RevokeRoleInput!): User @policy(policies: [["role:admin"]])
  }

  type Role {
    name: String!
    "Who has a role manages what is of a lower rank."
    rank: Int!
    "What API keys and OAuth clients may be narrowed to."
    scopes: [String!]!
    description: String
    "Everybody who has the role carries these claims."
    customClaims: JSONObject!
    "admin and user."
    builtIn: Boolean!
    createdAt: DateTime!
  }

  type RoleConnection {
    edges: [RoleEdge!]!
    pageInfo: PageInfo!
  }

  type RoleEdge {
    cursor: String!
    node: Role!
  }

  input CreateRoleInput {
    "Lower case letters, digits, : _ and -."
    name: String!
    rank: Int!
    scopes: [String!]
    description: String
    customClaims: JSONObject
  }

  "What is absent stays as it is."
  input UpdateRoleInput {
    name: String!
    rank: Int
    scopes: [String!]
    description: String
    customClaims: JSONObject
  }

  input DeleteRoleInput {
    name: String!
  }

  type DeleteRolePayload {
    name: String!
  }

  input GrantRoleInput {
    userId: ID!
    role: String!
  }

  input RevokeRoleInput {
    userId: ID!
    role: String!
  }
`

type Input = { readonly input: unknown }

export const resolvers = {
  Query: {
    roles: async (_: unknown, args: ConnectionArguments, { deps }: AuthContext) =>
      await paginate(deps.db('roles').select('*'), args, (row) => Role.fromDatabaseJson(row), {
        column: 'name',
        idColumn: 'name',
      }),
  },
  Mutation: {
    createRole: async (_: unknown, { input }: Input, context: AuthContext) =>
      await createRole(context, input),
    updateRole: async (_: unknown, { input }: Input, context: AuthContext) =>
      await updateRole(context, input),
    deleteRole: async (_: unknown, { input }: Input, context: AuthContext) =>
      await deleteRole(context, input),
    grantRole: async (_: unknown, { input }: Input, context: AuthContext) =>
      await grantRole(context, input),
    revokeRole: async (_: unknown, { input }: Input, context: AuthContext) =>
      await revokeRole(context, input),
  },
  Role: {
    customClaims: (role: Role) => role.custom_claims,
    builtIn: ({ name }: Role) => BUILT_IN.includes(name),
    createdAt: (role: Role) => role.created_at,
  },
}
