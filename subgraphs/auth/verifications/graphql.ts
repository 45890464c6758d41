// Verifications in the graph: what a client is told while a code is on its way.

import { gql } from 'graphql-tag'
import { requireCookiesAllowed } from '../core/caller.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import type {
  ResendVerificationInput,
  Resolvers,
  VerificationMethod,
  VerificationPurpose,
} from '../generated.ts'
import { resendAvailableAt, resendVerification } from './resend-verification.ts'
import { isEnrolment, type Verification } from './verification.ts'

export const typeDefs = gql`
  extend type Mutation {
    """
    Sends a new code, at most once a minute and five times an hour; codes before it stop working.
    RATE_LIMITED with retryAfterSeconds, VERIFICATION_FAILED.
    """
    resendVerification(
      "The arguments."
      input: ResendVerificationInput!
    ): Verification @public(staleCredentials: true)
      @credentials(reads: ["flow"])
  }

  "Something must be proved first."
  type VerificationRequired {
    "What is to be proved, and how."
    verification: Verification!
  }

  "A proof that is asked for, usually a code that was mailed."
  type Verification {
    "A secret of the client that began the flow: pass it back with the code, and do not log or share it."
    id: ID!
    "What the proof is for."
    purpose: VerificationPurpose!
    "Ways to go on with it; any of them is enough."
    methods: [VerificationMethod!]!
    "The e-mail address that the code went to, shortened. Null where nothing was sent."
    sentTo: String
    "When it expires: 10 minutes after the last code was sent."
    expiresAt: DateTime!
    "When resendVerification works next. Null: no more codes are sent for this verification."
    resendAvailableAt: DateTime
  }

  "What a proof is for. May grow in a minor release."
  enum VerificationPurpose {
    "A new account: verifySession."
    REGISTRATION
    "A login that needs a code or a further factor: verifySession."
    LOGIN
    "A new API key, or a new secret: verifyApiKey."
    API_KEY
    "A further e-mail address: verifyEmail."
    EMAIL
    "A forgotten password: resetPassword."
    PASSWORD_RESET
    "The end of the account: confirmAccountDeletion."
    ACCOUNT_DELETION
    "That the person of a session is still there: reauthenticate."
    STEP_UP
    """
    A login of somebody who has to hold a further factor and has none: add one of methods. enrolFactor begins it,
    verifySession ends it.
    """
    FACTOR_ENROLMENT
  }

  "Which verification needs a new code."
  input ResendVerificationInput {
    "Id of the verification."
    verificationId: ID!
  }
`

const limits = { verificationId: id } satisfies Limits<ResendVerificationInput>

export const resolvers = {
  Mutation: {
    resendVerification: async (_, args, context) => {
      const { verificationId } = parseInput(limits, args.input)
      const flowSecret = context.client.cookies === 'allowed' ? context.client.flowSecret : null
      const verification = await resendVerification(context.deps, context, {
        verificationId,
        flowSecret,
      })
      requireCookiesAllowed(context, verification.delivery)
      return { id: verificationId, verification, flowSecret: null }
    },
  },
  VerificationRequired: {
    verification: (begun) => begun,
  },
  Verification: {
    // How a login began is nobody's matter but its own; what a link proves alone has no id that anybody could ask with.
    purpose: ({ verification }) => {
      if (isEnrolment(verification)) return 'FACTOR_ENROLMENT'
      const { purpose } = verification
      const isLogin = ['EMAIL_LOGIN', 'PROVIDER_LOGIN', 'PASSKEY_LOGIN'].includes(purpose)
      return isLogin ? 'LOGIN' : (purpose as VerificationPurpose)
    },
    methods: ({ verification }) => verification.methods.filter(isShown),
    sentTo: ({ verification }) => shorten(verification),
    expiresAt: ({ verification }) => verification.code_expires_at,
    resendAvailableAt: ({ verification }) => resendAvailableAt(verification),
  },
} satisfies Resolvers

function isShown(method: string): method is VerificationMethod {
  return method !== 'PASSWORD' && method !== 'PROVIDER'
}

/** `a…@example.com`: enough for its owner to know which mailbox. Normalised: a stored spelling would tell of an account. */
function shorten({ email_normalized: email, methods }: Verification): string | null {
  if (email === null || !methods.includes('EMAIL_CODE')) return null
  return `${email.slice(0, 1)}…${email.slice(email.lastIndexOf('@'))}`
}
