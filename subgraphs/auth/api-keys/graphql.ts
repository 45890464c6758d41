// API keys in the graph: made, verified, narrowed, rotated and revoked by a person's session, never by a key.
import type { Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import type { AuthContext } from '../context.ts'
import { type ConnectionArguments, paginate } from '../core/pagination.ts'
import { ownOrAdmin } from '../users/own-or-admin.ts'
import type { UserWithRoles } from '../users/user.ts'
import { ApiKey } from './api-key.ts'
import { createApiKey } from './create-api-key.ts'
import { revokeApiKey } from './revoke-api-key.ts'
import { rotateApiKey } from './rotate-api-key.ts'
import { updateApiKey } from './update-api-key.ts'
import { verifyApiKey } from './verify-api-key.ts'

export const typeDefs = gql`
  extend type Mutation {
    "Key and secret are shown this once. The e-mailed code, sent to verifyApiKey, makes them usable."
    createApiKey(input: CreateApiKeyInput!): CreateApiKeyPayload @policy(policies: [["session"]])
    verifyApiKey(input: VerifyApiKeyInput!): ApiKey @policy(policies: [["session"]])
    "Renames or narrows a key; it never may more than before."
    updateApiKey(input: UpdateApiKeyInput!): ApiKey @policy(policies: [["session"]])
    "A new secret. The old one works on for the overlap, which starts when the new one is verified."
    rotateApiKey(input: RotateApiKeyInput!): CreateApiKeyPayload @policy(policies: [["session"]])
    revokeApiKey(input: RevokeApiKeyInput!): ApiKey @policy(policies: [["session"]])
  }

  extend type User {
    apiKeys(first: Int, after: String, last: Int, before: String): ApiKeyConnection
      @policy(policies: [["session"]])
  }

  input CreateApiKeyInput {
    name: String!
    "Some of your own roles. Omitted: none."
    roles: [String!]
    "Some of the scopes of these roles. Omitted: none."
    scopes: [String!]
    expiresAt: DateTime
    "Addresses and CIDR ranges. Omitted: from anywhere."
    allowedIps: [String!]
  }

  type CreateApiKeyPayload {
    apiKey: ApiKey!
    "Sent as X-API-Key."
    key: String!
    "Sent as X-API-Secret; never shown again."
    secret: String!
    "null when API_KEY_VERIFICATION=off."
    verification: Verification
  }

  input VerifyApiKeyInput {
    verificationId: ID!
    code: String!
  }

  input UpdateApiKeyInput {
    id: ID!
    name: String
    roles: [String!]
    scopes: [String!]
    allowedIps: [String!]
  }

  input RotateApiKeyInput {
    id: ID!
    "How long the old secret works on, at most 86400. Default 3600."
    overlapSeconds: Int
  }

  input RevokeApiKeyInput {
    id: ID!
  }

  enum ApiKeyStatus {
    PENDING
    ACTIVE
    REVOKED
    EXPIRED
  }

  type ApiKey {
    id: ID!
    name: String!
    key: String!
    status: ApiKeyStatus!
    roles: [String!]!
    scopes: [String!]!
    allowedIps: [String!]
    createdAt: DateTime!
    expiresAt: DateTime
    "To the minute."
    lastUsedAt: DateTime
  }

  type ApiKeyConnection {
    edges: [ApiKeyEdge!]!
    pageInfo: PageInfo!
  }

  type ApiKeyEdge {
    cursor: String!
    node: ApiKey!
  }
`

type Input = { readonly input: unknown }

export const resolvers = {
  Mutation: {
    createApiKey: async (_: unknown, { input }: Input, context: AuthContext) =>
      await createApiKey(context, input),
    verifyApiKey: async (_: unknown, { input }: Input, context: AuthContext) =>
      await verifyApiKey(context, input),
    updateApiKey: async (_: unknown, { input }: Input, context: AuthContext) =>
      await updateApiKey(context, input),
    rotateApiKey: async (_: unknown, { input }: Input, context: AuthContext) =>
      await rotateApiKey(context, input),
    revokeApiKey: async (_: unknown, { input }: Input, context: AuthContext) =>
      await revokeApiKey(context, input),
  },
  Viewer: {
    apiKey: async (_: unknown, __: unknown, { claims, deps }: AuthContext) =>
      claims.keyId === null ? null : ((await ApiKey.query(deps.db).findById(claims.keyId)) ?? null),
  },
  User: {
    apiKeys: async (user: UserWithRoles, args: ConnectionArguments, { deps }: AuthContext) =>
      await paginate(deps.db('api_keys').where('user_id', user.id).select('*'), args, (row) =>
        ApiKey.fromDatabaseJson(row),
      ),
  },
  ApiKey: {
    status: (key: ApiKey) => key.shownStatus(new Date()),
    allowedIps: (key: ApiKey) => key.allowed_ips,
    createdAt: (key: ApiKey) => key.created_at,
    expiresAt: (key: ApiKey) => key.expires_at,
    lastUsedAt: (key: ApiKey) => key.last_used_at,
  },
}

export const rules = { User: { apiKeys: ownOrAdmin } } as unknown as Rules
