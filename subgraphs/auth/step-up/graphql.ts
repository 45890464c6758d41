// Step-up in the graph: a session proves anew who is there.

import { gql } from 'graphql-tag'
import type { Resolvers } from '../generated.ts'
import { issueTokens } from '../sessions/issue-tokens.ts'
import { reauthenticate } from './reauthenticate.ts'

export const typeDefs = gql`
  extend type Mutation {
    """
    Confirms that the person is still there, with any factor they have, and raises auth_time of the current
    session, as the answer to STEP_UP_REQUIRED. Anyone who holds a further factor is asked for that one.
    INVALID_CREDENTIALS, VERIFICATION_FAILED, BAD_USER_INPUT, RATE_LIMITED.
    """
    reauthenticate(
      "The arguments."
      input: ReauthenticateInput!
    ): AuthResult @policy(policies: [["session"]])
      @credentials(sets: ["session"])
  }

  "The password alone; or method alone, which answers a verification, and then its id with code or passkey."
  input ReauthenticateInput {
    "The present password."
    password: String
    "What to confirm with instead of the password."
    method: VerificationMethod
    "Id of the verification that an earlier call returned."
    verificationId: ID
    "The code that it asks for."
    code: String
    "toJSON of what the browser answered to the options of startPasskeyLogin."
    passkey: JSONObject
  }
`

export const resolvers = {
  Mutation: {
    reauthenticate: async (_, { input }, context) => {
      const result = await reauthenticate(context.deps, context, input)
      return 'session' in result ? await issueTokens(context, result) : result
    },
  },
} satisfies Resolvers
