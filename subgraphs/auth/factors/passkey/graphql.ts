// Passkeys in the graph: adding one, and what browsers are told about those that exist.
import type { Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import type { Resolvers } from '../../generated.ts'
import { ownOrAdmin } from '../../users/own-or-admin.ts'
import { confirmPasskey } from './confirm-passkey.ts'
import { userHandleOf } from './relying-party.ts'
import { startPasskey } from './start-passkey.ts'
import { passkeysOf } from './stored-passkey.ts'

export const typeDefs = gql`
  extend type Mutation {
    """
    Begins to add a passkey: options are for navigator.credentials.create, after
    PublicKeyCredential.parseCreationOptionsFromJSON. Needs a sign-in within the last 15 minutes, with a further
    factor where the person has one: STEP_UP_REQUIRED. CONFLICT when there are too many, FORBIDDEN where passkeys
    are not offered.
    """
    startPasskey: PasskeyChallenge @policy(policies: [["session", "fresh:900"]])
    """
    Adds the passkey that the browser made, within 10 minutes and in the session that began it. From then on it
    signs in by itself, and is asked for after anything else. VERIFICATION_FAILED, after which startPasskey begins
    anew; CONFLICT for one that an account has already.
    """
    confirmPasskey(
      "The arguments."
      input: ConfirmPasskeyInput!
    ): Factor @policy(policies: [["session"]])
  }

  extend type User {
    "What browsers and password managers may be told about the passkeys that exist, for oneself and admins."
    passkeySignals: PasskeySignals @authenticated
  }

  "What a browser is asked for, and the flow that its answer belongs to."
  type PasskeyChallenge {
    "Pass it back with the answer. A secret of the client that began the flow."
    verificationId: ID!
    "WebAuthn's options as JSON."
    options: JSONObject!
  }

  """
  The arguments of PublicKeyCredential.signalAllAcceptedCredentials and signalCurrentUserDetails, under their names.
  """
  type PasskeySignals {
    "The RP ID of this deployment."
    rpId: String!
    "The user handle, base64url."
    userId: String!
    "Ids of all credentials that still sign in, base64url. What a password manager has beyond them it may hide."
    allAcceptedCredentialIds: [String!]!
    "The login name."
    name: String!
    "The name for people."
    displayName: String!
  }

  "A new passkey."
  input ConfirmPasskeyInput {
    "What startPasskey returned."
    verificationId: ID!
    "toJSON of what navigator.credentials.create returned."
    response: JSONObject!
    "What its owner calls it, at most 100 characters. Default: by where it is kept, as far as that is known."
    name: String
  }
`

export const resolvers = {
  Mutation: {
    startPasskey: async (_, __, context) => await startPasskey(context.deps, context),
    confirmPasskey: async (_, { input }, context) =>
      await confirmPasskey(context.deps, context, input),
  },
  User: {
    passkeySignals: async (user, _, { deps }) => ({
      rpId: deps.config.passkeys.rpId,
      userId: userHandleOf(user.id).toString('base64url'),
      allAcceptedCredentialIds: (await passkeysOf(deps.db, user.id)).map(
        ({ credential_id }) => credential_id,
      ),
      name: user.email,
      displayName: user.display_name ?? user.email,
    }),
  },
} satisfies Resolvers

export const rules = { User: { passkeySignals: ownOrAdmin } } as unknown as Rules
