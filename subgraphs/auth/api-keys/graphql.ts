// API keys in the graph: made, verified, narrowed, rotated and revoked by a person's session, never by a key.

import type { Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import { paginate } from '../core/pagination.ts'
import type { Resolvers } from '../generated.ts'
import { ownOrAdmin } from '../users/own-or-admin.ts'
import { ApiKey } from './api-key.ts'
import { costBudgetOf, rateLimitOf } from './bindings.ts'
import { createApiKey } from './create-api-key.ts'
import { revokeApiKey } from './revoke-api-key.ts'
import { rotateApiKey } from './rotate-api-key.ts'
import { updateApiKey } from './update-api-key.ts'
import { verifyApiKey } from './verify-api-key.ts'

export const typeDefs = gql`
  extend type Mutation {
    """
    Creates an API key. Key and secret are shown this once, and work after verifyApiKey has been
    called with the e-mailed code. CONFLICT when there are too many, FORBIDDEN for roles or scopes
    that one does not hold.
    """
    createApiKey(
      "The arguments."
      input: CreateApiKeyInput!
    ): CreateApiKeyPayload @policy(policies: [["session"]])
    """
    Activates a new key or secret with the e-mailed code. VERIFICATION_FAILED with attemptsRemaining,
    STEP_UP_REQUIRED.
    """
    verifyApiKey(
      "The arguments."
      input: VerifyApiKeyInput!
    ): ApiKey @policy(policies: [["session"]])
    "Renames an API key or narrows it; it never allows more than before. NOT_FOUND, CONFLICT, STEP_UP_REQUIRED."
    updateApiKey(
      "The arguments."
      input: UpdateApiKeyInput!
    ): ApiKey @policy(policies: [["session"]])
    """
    Creates a new secret. The old one keeps working for the overlap, which starts when the new one
    is verified. NOT_FOUND, CONFLICT.
    """
    rotateApiKey(
      "The arguments."
      input: RotateApiKeyInput!
    ): CreateApiKeyPayload @policy(policies: [["session"]])
    "Ends an API key of one's own. It is refused within a second. NOT_FOUND where there is none."
    revokeApiKey(
      "The arguments."
      input: RevokeApiKeyInput!
    ): ApiKey @policy(policies: [["session"]])
  }

  extend type User {
    "API keys of the person, oldest first, for oneself and admins."
    apiKeys(
      "How many from the start, 1 to 100. Default 20."
      first: Int
      "A cursor: the page begins after it. Goes with first."
      after: String
      "How many from the end, 1 to 100."
      last: Int
      "A cursor: the page ends before it. Goes with last."
      before: String
    ): ApiKeyConnection @policy(policies: [["session"]])
  }

  "A new API key."
  input CreateApiKeyInput {
    "What it is for, 1 to 100 characters."
    name: String!
    "Some of your own roles. Omitted: none."
    roles: [String!]
    "Some of the scopes of these roles. Omitted: none."
    scopes: [String!]
    "When it expires. Omitted: never."
    expiresAt: DateTime
    "Network addresses and CIDR ranges that it works from. Omitted: from anywhere."
    allowedIps: [String!]
    "How often it may ask, beside the limits of the gateway. Omitted: these alone."
    rateLimit: ApiKeyRateLimitInput
    "The root fields that it may ask for, such as Query.products. Omitted: any."
    rootFields: [String!]
    "Whether it may only ask with documents that the gateway's operator trusts. Omitted: false."
    trustedDocumentsOnly: Boolean
    "What its operations may cost. Omitted: what the graph allows everybody."
    costBudget: ApiKeyCostBudgetInput
  }

  "Requests of an API key in a window, which begins with the first."
  input ApiKeyRateLimitInput {
    "Requests, at least 1."
    max: Int!
    "Length of the window in seconds, at most 604800."
    windowSeconds: Int!
  }

  "What operations of an API key may cost, as the graph counts it: one, all of a window, or both."
  input ApiKeyCostBudgetInput {
    "What one operation may cost. Omitted: what the graph allows everybody."
    perOperation: Int
    "What all operations of a window may cost. Omitted: any. Goes with windowSeconds."
    perWindow: Int
    "Length of the window in seconds, at most 604800."
    windowSeconds: Int
  }

  "The key and its secret, shown once."
  type CreateApiKeyPayload {
    "The API key."
    apiKey: ApiKey!
    "Send it as X-API-Key."
    key: String!
    "Send it as X-API-Secret. It is never shown again."
    secret: String!
    "Prove it with verifyApiKey before the secret works. Null when API_KEY_VERIFICATION=off."
    verification: Verification
  }

  "The e-mailed code of a new key or secret."
  input VerifyApiKeyInput {
    "Id of the verification that createApiKey or rotateApiKey returned."
    verificationId: ID!
    "The e-mailed code, 8 digits."
    code: String!
  }

  "What changes on an API key; what is absent stays as it is."
  input UpdateApiKeyInput {
    "Id of the API key."
    id: ID!
    "A new name, 1 to 100 characters."
    name: String
    "Some of the key's present roles."
    roles: [String!]
    "Some of the key's present scopes."
    scopes: [String!]
    "Network addresses and CIDR ranges within those that are allowed at present."
    allowedIps: [String!]
    "No more requests than at present, in a window at least as long."
    rateLimit: ApiKeyRateLimitInput
    "Some of the root fields that it is bound to at present; any where it is bound to none."
    rootFields: [String!]
    "True binds it to trusted documents; false is refused where it is bound to them."
    trustedDocumentsOnly: Boolean
    "No more than at present, in a window at least as long."
    costBudget: ApiKeyCostBudgetInput
  }

  "Which API key gets a new secret."
  input RotateApiKeyInput {
    "Id of the API key."
    id: ID!
    "How long the old secret keeps working, at most 86400 seconds. Default 3600."
    overlapSeconds: Int
  }

  "Which API key ends."
  input RevokeApiKeyInput {
    "Id of the API key."
    id: ID!
  }

  "The state of an API key."
  enum ApiKeyStatus {
    "It waits for its e-mailed code."
    PENDING
    "It works."
    ACTIVE
    "It was ended."
    REVOKED
    "Its time is over."
    EXPIRED
  }

  "A credential for a program, which acts for the key's owner."
  type ApiKey {
    "Id of the API key; not the key itself."
    id: ID!
    "What it is for."
    name: String!
    "The public half, sent as X-API-Key."
    key: String!
    "Its present state."
    status: ApiKeyStatus!
    "Roles that were given to it; those that its owner no longer holds do not count."
    roles: [String!]!
    "Scopes that were given to it; those that its owner no longer holds do not count."
    scopes: [String!]!
    "Network addresses and CIDR ranges that it works from. Null: from anywhere."
    allowedIps: [String!]
    "How often it may ask, beside the limits of the gateway. Null: these alone."
    rateLimit: ApiKeyRateLimit
    "The root fields that it may ask for. Null: any."
    rootFields: [String!]
    "Whether it may only ask with documents that the gateway's operator trusts."
    trustedDocumentsOnly: Boolean!
    "What its operations may cost. Null: what the graph allows everybody."
    costBudget: ApiKeyCostBudget
    "When it was created."
    createdAt: DateTime!
    "When it expires. Null: never."
    expiresAt: DateTime
    "When it was last used, to the minute. Null: not yet."
    lastUsedAt: DateTime
  }

  "Requests of an API key in a window."
  type ApiKeyRateLimit {
    "Requests."
    max: Int!
    "Length of the window in seconds."
    windowSeconds: Int!
  }

  "What operations of an API key may cost."
  type ApiKeyCostBudget {
    "What one operation may cost. Null: what the graph allows everybody."
    perOperation: Int
    "What all operations of a window may cost. Null: any."
    perWindow: Int
    "Length of the window in seconds. Null: there is none."
    windowSeconds: Int
  }

  "A page of API keys."
  type ApiKeyConnection {
    "The API keys on this page, with their cursors."
    edges: [ApiKeyEdge!]!
    "Where this page lies in the list."
    pageInfo: PageInfo!
  }

  "An entry of a page."
  type ApiKeyEdge {
    "Pass it as after or before to read on from here."
    cursor: String!
    "The entry."
    node: ApiKey!
  }
`

export const resolvers = {
  Mutation: {
    createApiKey: async (_, { input }, context) => await createApiKey(context.deps, context, input),
    verifyApiKey: async (_, { input }, context) => await verifyApiKey(context.deps, context, input),
    updateApiKey: async (_, { input }, context) => await updateApiKey(context.deps, context, input),
    rotateApiKey: async (_, { input }, context) => await rotateApiKey(context.deps, context, input),
    revokeApiKey: async (_, { input }, context) => await revokeApiKey(context.deps, context, input),
  },
  Viewer: {
    apiKey: async (_, __, { claims, deps }) =>
      claims.keyId === null ? null : ((await ApiKey.query(deps.db).findById(claims.keyId)) ?? null),
  },
  User: {
    apiKeys: async (user, args, { deps }) =>
      await paginate(deps.db('api_keys').where('user_id', user.id).select('*'), args, (row) =>
        ApiKey.fromDatabaseJson(row),
      ),
  },
  ApiKey: {
    status: (key) => key.shownStatus(new Date()),
    allowedIps: (key) => key.allowed_ips,
    rateLimit: rateLimitOf,
    rootFields: (key) => key.root_fields,
    trustedDocumentsOnly: (key) => key.trusted_documents_only,
    costBudget: costBudgetOf,
    createdAt: (key) => key.created_at,
    expiresAt: (key) => key.expires_at,
    lastUsedAt: (key) => key.last_used_at,
  },
} satisfies Resolvers

export const rules = { User: { apiKeys: ownOrAdmin } } as unknown as Rules
