// Accounts at other services that are linked to one's own, in the graph.

import type { Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import { identitiesOf } from '../factors/provider/linked-identity.ts'
import type { Resolvers } from '../generated.ts'
import { ownOrAdmin } from '../users/own-or-admin.ts'
import { beginLinking } from './begin-linking.ts'
import { confirmIdentity } from './confirm-identity.ts'
import { unlinkIdentity } from './unlink-identity.ts'

export const typeDefs = gql`
  extend type Mutation {
    """
    Begins to link an account at another service, which signs the person in from then on: send them to the address that
    is returned, and pass the address that they come back at to confirmIdentity. Needs a sign-in within the last 15
    minutes, with a further factor where the person has one: STEP_UP_REQUIRED. NOT_FOUND, BAD_USER_INPUT, CONFLICT when
    there are too many, FORBIDDEN where this way in is not offered, SERVICE_UNAVAILABLE.
    """
    linkIdentity(
      "The arguments."
      input: LinkIdentityInput!
    ): ProviderLogin @policy(policies: [["session", "fresh:900"]])
    """
    Links it, in the session that began. VERIFICATION_FAILED, CONFLICT for an account that is linked to somebody else,
    STEP_UP_REQUIRED, SERVICE_UNAVAILABLE.
    """
    confirmIdentity(
      "The arguments."
      input: ConfirmIdentityInput!
    ): User @policy(policies: [["session"]])
    """
    Unlinks an account at another service. Needs a sign-in within the last 15 minutes, with a further factor where the
    person has one: STEP_UP_REQUIRED. CONFLICT with reason LAST_WAY_IN, NOT_FOUND.
    """
    unlinkIdentity(
      "The arguments."
      input: UnlinkIdentityInput!
    ): User @policy(policies: [["session", "fresh:900"]])
  }

  extend type User {
    "Accounts at other services that sign the person in, for oneself and admins."
    linkedIdentities: [LinkedIdentity!] @authenticated
  }

  "An account at another service that signs somebody in."
  type LinkedIdentity {
    "Id of the link."
    id: ID!
    "Id of the provider, as signInMethods has it."
    provider: String!
    "The e-mail address that the provider told last, to tell accounts apart. It opens nothing."
    email: String
    "When it was linked."
    createdAt: DateTime!
    "When it last signed the person in."
    lastUsedAt: DateTime
  }

  "Which service an account is linked at."
  input LinkIdentityInput {
    "Id of the provider, as signInMethods has it."
    provider: String!
    "Where the provider sends the person back to: one of PROVIDER_RETURN_TO. Absent: the first of them."
    returnTo: String
  }

  "What a provider answered to linkIdentity."
  input ConfirmIdentityInput {
    "What linkIdentity returned."
    verificationId: ID!
    "The address that the provider sent the person back to, whole."
    providerAnswer: String!
  }

  "Which account is unlinked."
  input UnlinkIdentityInput {
    "Id of the link."
    identityId: ID!
  }
`

export const resolvers = {
  Mutation: {
    linkIdentity: async (_, { input }, context) => {
      const begun = await beginLinking(context.deps, context, input)
      return { verificationId: begun.id, url: begun.url }
    },
    confirmIdentity: async (_, { input }, context) =>
      await confirmIdentity(context.deps, context, input),
    unlinkIdentity: async (_, { input }, context) =>
      await unlinkIdentity(context.deps, context, input),
  },
  User: {
    linkedIdentities: async (user, _, { deps }) => await identitiesOf(deps.db, user.id),
  },
  LinkedIdentity: {
    createdAt: (identity) => identity.created_at,
    lastUsedAt: (identity) => identity.last_used_at,
  },
} satisfies Resolvers

export const rules = {
  User: { linkedIdentities: ownOrAdmin },
} as unknown as Rules
