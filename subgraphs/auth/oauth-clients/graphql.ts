// OAuth clients in the graph, for admins.
import type { Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import { paginate } from '../core/pagination.ts'
import type { Resolvers } from '../generated.ts'
import { adminAlone } from '../users/own-or-admin.ts'
import { Client } from './client.ts'
import { deleteClient } from './delete-client.ts'
import { registerClient } from './register-client.ts'
import { rotateClientSecret } from './rotate-client-secret.ts'
import { updateClient } from './update-client.ts'

export const typeDefs = gql`
  extend type Query {
    "Every OAuth client, oldest first, for admins."
    clients(
      "How many from the start, 1 to 100. Default 20."
      first: Int
      "A cursor: the page begins after it. Goes with first."
      after: String
      "How many from the end, 1 to 100."
      last: Int
      "A cursor: the page ends before it. Goes with last."
      before: String
    ): ClientConnection! @policy(policies: [["role:admin"]])
  }

  extend type Mutation {
    """
    Registers an app or a program. Its secret is answered once. FORBIDDEN for roles and scopes at or
    above one's own rank.
    """
    registerClient(
      "The arguments."
      input: RegisterClientInput!
    ): RegisterClientPayload @policy(policies: [["role:admin", "session", "fresh:600"]])
    """
    Changes a client. Where it may less than before, its tokens are stale from then on. NOT_FOUND,
    FORBIDDEN, CONFLICT for one that stands in the operator's file.
    """
    updateClient(
      "The arguments."
      input: UpdateClientInput!
    ): Client @policy(policies: [["role:admin", "session", "fresh:600"]])
    "Gives a client a new secret; the old one works on for the overlap. NOT_FOUND, FORBIDDEN, CONFLICT."
    rotateClientSecret(
      "The arguments."
      input: RotateClientSecretInput!
    ): RotateClientSecretPayload @policy(policies: [["role:admin", "session", "fresh:600"]])
    "Deletes a client: all of its tokens end. NOT_FOUND, FORBIDDEN, CONFLICT."
    deleteClient(
      "The arguments."
      input: DeleteClientInput!
    ): DeleteClientPayload @policy(policies: [["role:admin", "session", "fresh:600"]])
  }

  "What an app trades for tokens."
  enum OAuthGrantType {
    "A code that a person's browser brings back, with PKCE: web, single-page and native apps."
    AUTHORIZATION_CODE
    "A refresh token, with either of the grants that a person stands behind."
    REFRESH_TOKEN
    "Its own credential: programs that act for themselves."
    CLIENT_CREDENTIALS
    "A code that a person types on another device: command lines, televisions."
    DEVICE_CODE
  }

  "How a client proves itself."
  enum ClientAuthMethod {
    "Id and secret as HTTP Basic."
    CLIENT_SECRET_BASIC
    "Id and secret in the form."
    CLIENT_SECRET_POST
    "A signed assertion (RFC 7523)."
    PRIVATE_KEY_JWT
    "Not at all: apps that run at people's own, and can keep no secret."
    NONE
  }

  "Who registered a client."
  enum ClientSource {
    "An admin, through the graph."
    API
    "The operator's file."
    FILE
    "The app itself, where that is allowed."
    REGISTRATION
    "The app itself, by a document at the address that is its id, where that is allowed."
    DOCUMENT
  }

  "An app or a program that gets tokens here."
  type Client {
    "The client_id."
    id: ID!
    "What people are shown."
    name: String!
    "Who registered it."
    source: ClientSource!
    "Where people may be sent back to, letter by letter."
    redirectUris: [String!]!
    "Where people may be sent after they signed out."
    postLogoutRedirectUris: [String!]!
    "Who is told when a person's session ends. Null: nobody."
    backchannelLogoutUri: String
    "What it trades for tokens."
    grantTypes: [OAuthGrantType!]!
    "What it may ask for."
    scopes: [String!]!
    "Roles of its own tokens, and of people's where it is first-party."
    roles: [String!]!
    "Audiences beside this deployment that it may ask tokens for."
    resources: [String!]!
    "Audiences that it is the resource server of: it may ask about their tokens (introspection)."
    introspects: [String!]!
    "Whether it is the deployment's own: people are not asked for consent."
    firstParty: Boolean!
    "How it proves itself."
    tokenEndpointAuthMethod: ClientAuthMethod!
    "Its public keys, with PRIVATE_KEY_JWT. Null otherwise."
    jwks: JSONObject
    "Whether its tokens must be bound to a key (DPoP)."
    dpopRequired: Boolean!
    "Until when the secret before works. Null: there is none."
    previousSecretExpiresAt: DateTime
    "When it was registered."
    createdAt: DateTime!
    "When it was last changed."
    updatedAt: DateTime!
  }

  "A page of clients."
  type ClientConnection {
    "The clients on this page, with their cursors."
    edges: [ClientEdge!]!
    "Where this page lies in the list."
    pageInfo: PageInfo!
  }

  "An entry of a page."
  type ClientEdge {
    "Pass it as after or before to read on from here."
    cursor: String!
    "The entry."
    node: Client!
  }

  "A new client."
  input RegisterClientInput {
    "What people are shown, 1 to 100 characters."
    name: String!
    "https, http on a loopback address, or a scheme as com.example.app. At most 30; none without AUTHORIZATION_CODE."
    redirectUris: [String!]!
    "The same for after signing out. Omitted: none."
    postLogoutRedirectUris: [String!]
    "An address that is told when a person's session ends. Omitted: none."
    backchannelLogoutUri: String
    "What it trades for tokens."
    grantTypes: [OAuthGrantType!]!
    "What it may ask for, at most 100."
    scopes: [String!]!
    "Roles of its own tokens, and of people's where it is first-party. Omitted: none."
    roles: [String!]
    "Audiences beside this deployment that it may ask tokens for. Omitted: none."
    resources: [String!]
    "Audiences that it is the resource server of. Omitted: none."
    introspects: [String!]
    "The deployment's own: people are not asked. Needs the highest rank."
    firstParty: Boolean = false
    "How it proves itself."
    tokenEndpointAuthMethod: ClientAuthMethod = CLIENT_SECRET_BASIC
    "Its public keys, with PRIVATE_KEY_JWT."
    jwks: JSONObject
    "Whether its tokens must be bound to a key (DPoP)."
    dpopRequired: Boolean = false
  }

  "What changes on a client; what is absent stays as it is."
  input UpdateClientInput {
    "Id of the client."
    id: ID!
    "What people are shown, 1 to 100 characters."
    name: String
    "Replaces all of them. At most 30."
    redirectUris: [String!]
    "Replaces all of them. At most 30."
    postLogoutRedirectUris: [String!]
    "An address that is told when a person's session ends."
    backchannelLogoutUri: String
    "Replaces all of them."
    grantTypes: [OAuthGrantType!]
    "Replaces all of them, at most 100."
    scopes: [String!]
    "Replaces all of them."
    roles: [String!]
    "Replaces all of them."
    resources: [String!]
    "Replaces all of them."
    introspects: [String!]
    "The deployment's own: people are not asked. Needs the highest rank."
    firstParty: Boolean
    "How it proves itself. One without a secret gets none by this."
    tokenEndpointAuthMethod: ClientAuthMethod
    "Its public keys, with PRIVATE_KEY_JWT."
    jwks: JSONObject
    "Whether its tokens must be bound to a key (DPoP)."
    dpopRequired: Boolean
  }

  "Which client gets a new secret."
  input RotateClientSecretInput {
    "Id of the client."
    id: ID!
    "How long the old one works on, 0 to a week. Default: an hour."
    overlapSeconds: Int
  }

  "Which client is deleted."
  input DeleteClientInput {
    "Id of the client."
    id: ID!
  }

  "A new client."
  type RegisterClientPayload {
    "The client."
    client: Client!
    "Shown once. Null for one that proves itself without a secret."
    secret: String
  }

  "A client with a new secret."
  type RotateClientSecretPayload {
    "The client."
    client: Client!
    "Shown once."
    secret: String!
  }

  "What was deleted."
  type DeleteClientPayload {
    "Id of the client."
    id: ID!
  }
`

export const resolvers = {
  Query: {
    clients: async (_, args, { deps }) =>
      await paginate(deps.db('oauth_clients').select('*'), args, (row) =>
        Client.fromDatabaseJson(row),
      ),
  },
  Mutation: {
    registerClient: async (_, { input }, context) =>
      await registerClient(context.deps, context, input),
    updateClient: async (_, { input }, context) => await updateClient(context.deps, context, input),
    rotateClientSecret: async (_, { input }, context) =>
      await rotateClientSecret(context.deps, context, input),
    deleteClient: async (_, { input }, context) => await deleteClient(context.deps, context, input),
  },
  Client: {
    redirectUris: (client) => client.redirect_uris,
    postLogoutRedirectUris: (client) => client.post_logout_redirect_uris,
    backchannelLogoutUri: (client) => client.backchannel_logout_uri,
    grantTypes: (client) => client.grant_types,
    firstParty: (client) => client.first_party,
    tokenEndpointAuthMethod: (client) => client.auth_method,
    jwks: (client) => client.jwks && { ...client.jwks },
    dpopRequired: (client) => client.dpop_required,
    previousSecretExpiresAt: (client) => client.previous_expires_at,
    createdAt: (client) => client.created_at,
    updatedAt: (client) => client.updated_at,
  },
} satisfies Resolvers

export const rules = { Query: { clients: adminAlone } } as unknown as Rules
