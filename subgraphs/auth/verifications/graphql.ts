// Verifications in the graph: what a client is told while a code is on its way.
import { gql } from 'graphql-tag'
import { z } from 'zod'
import type { AuthContext } from '../context.ts'
import { requireCookiesAllowed } from '../core/caller.ts'
import { parseInput } from '../core/errors.ts'
import type { BegunVerification } from './begin-verification.ts'
import { resendAvailableAt, resendVerification } from './resend-verification.ts'
import type { Verification } from './verification.ts'

export const typeDefs = gql`
  extend type Mutation {
    "Sends a new code, once a minute and five times an hour; codes before it stop working."
    resendVerification(input: ResendVerificationInput!): Verification @public(staleCredentials: true)
  }

  type VerificationRequired {
    verification: Verification!
  }

  type Verification {
    "A secret of whoever began the flow."
    id: ID!
    purpose: VerificationPurpose!
    methods: [VerificationMethod!]!
    "Where the code went, shortened."
    sentTo: String
    expiresAt: DateTime!
    "null: no more codes are sent for this verification."
    resendAvailableAt: DateTime
  }

  enum VerificationPurpose {
    REGISTRATION
    LOGIN
    API_KEY
    EMAIL
    PASSWORD_RESET
    ACCOUNT_DELETION
  }

  enum VerificationMethod {
    EMAIL_CODE
    TOTP
    PASSKEY
    RECOVERY_CODE
  }

  input ResendVerificationInput {
    verificationId: ID!
  }
`

const resendInput = z.object({ verificationId: z.string().max(128) })

export const resolvers = {
  Mutation: {
    resendVerification: async (_: unknown, args: { input: unknown }, context: AuthContext) => {
      const { verificationId } = parseInput(resendInput, args.input)
      const flowSecret = context.client.cookies === 'allowed' ? context.client.flowSecret : null
      const verification = await resendVerification(context, { verificationId, flowSecret })
      requireCookiesAllowed(context, verification.delivery)
      return { id: verificationId, verification, flowSecret: null }
    },
  },
  VerificationRequired: {
    verification: (begun: BegunVerification) => begun,
  },
  Verification: {
    purpose: ({ verification }: BegunVerification) => verification.purpose,
    methods: () => ['EMAIL_CODE'],
    sentTo: ({ verification }: BegunVerification) => shorten(verification),
    expiresAt: ({ verification }: BegunVerification) => verification.code_expires_at,
    resendAvailableAt: ({ verification }: BegunVerification) => resendAvailableAt(verification),
  },
}

/** `a…@example.com`: enough for its owner to know which mailbox. Normalised: a stored spelling would tell of an account. */
function shorten({ email_normalized: email }: Verification): string {
  return `${email.slice(0, 1)}…${email.slice(email.lastIndexOf('@'))}`
}
