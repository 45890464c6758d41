// What people let apps do, in the graph: their own, to see and to take back.
import type { Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import { paginate } from '../core/pagination.ts'
import type { Resolvers } from '../generated.ts'
import { isGraph, isGraphScope } from '../oauth-clients/scopes.ts'
import { Grant, liveGrants } from '../sessions/app-grant.ts'
import { ownOrAdmin } from '../users/own-or-admin.ts'
import { revokeGrant } from './revoke-grant.ts'

export const typeDefs = gql`
  extend type Mutation {
    "Takes back what one let an app do: its tokens end. NOT_FOUND where there is none."
    revokeGrant(
      "The arguments."
      input: RevokeGrantInput!
    ): Grant @policy(policies: [["session"]])
  }

  extend type User {
    "Apps that the person let in, oldest first, for oneself and admins."
    grants(
      "How many from the start, 1 to 100. Default 20."
      first: Int
      "A cursor: the page begins after it. Goes with first."
      after: String
      "How many from the end, 1 to 100."
      last: Int
      "A cursor: the page ends before it. Goes with last."
      before: String
    ): GrantConnection @policy(policies: [["session"]])
  }

  "What a person lets an app do."
  type Grant {
    "The id."
    id: ID!
    "The app's client_id."
    clientId: ID!
    "The app's name when it was let in."
    clientName: String!
    "All that it may do, at one audience or another, as long as the person may."
    scopes: [String!]!
    "Audiences that its tokens may have, as the app wrote them."
    resources: [String!]!
    "What it may do at each audience."
    access: [GrantedAccess!]!
    "Whether it goes on when the session in which it was given has ended."
    offline: Boolean!
    "When it was given."
    createdAt: DateTime!
    "When the app last got a token by it. Null: never."
    lastUsedAt: DateTime
    "When it ends by itself."
    expiresAt: DateTime!
    "When it was taken back. Null: it was not."
    revokedAt: DateTime
  }

  "What a person lets an app do at one audience."
  type GrantedAccess {
    "The audience, as the app wrote it."
    resource: String!
    "What it may do there, as long as the person may."
    scopes: [String!]!
  }

  "A page of grants."
  type GrantConnection {
    "The grants on this page, with their cursors."
    edges: [GrantEdge!]!
    "Where this page lies in the list."
    pageInfo: PageInfo!
  }

  "An entry of a page."
  type GrantEdge {
    "Pass it as after or before to read on from here."
    cursor: String!
    "The entry."
    node: Grant!
  }

  "Which grant ends."
  input RevokeGrantInput {
    "Id of the grant."
    id: ID!
  }
`

export const resolvers = {
  Mutation: {
    revokeGrant: async (_, { input }, context) => await revokeGrant(context.deps, context, input),
  },
  User: {
    grants: async (user, args, { deps }) =>
      await paginate(liveGrants(deps.db).where('g.user_id', user.id).select('g.*'), args, (row) =>
        Grant.fromDatabaseJson(row),
      ),
  },
  Grant: {
    clientId: (grant) => grant.client_id,
    clientName: (grant) => grant.client_name,
    access: (grant, _, { deps }) =>
      grant.resources.map((resource) => ({
        resource,
        scopes: scopesOfUse(deps.config.publicUrl, grant, resource),
      })),
    createdAt: (grant) => grant.created_at,
    lastUsedAt: (grant) => grant.last_used_at,
    expiresAt: (grant) => grant.expires_at,
    revokedAt: (grant) => grant.revoked_at,
  },
} satisfies Resolvers

/** What opens the graph is asked for with other resources too, and of no use there. */
function scopesOfUse(publicUrl: string, grant: Grant, resource: string): string[] {
  const isOfUse = (scope: string) => isGraph(publicUrl, resource) || !isGraphScope(scope)
  return grant.scopesAt(resource).filter(isOfUse)
}

export const rules = { User: { grants: ownOrAdmin } } as unknown as Rules
