// Factors in the graph: their names, as `methods` of a challenge has them, and those that a person has enrolled.

import type { Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import type { Resolvers } from '../generated.ts'
import { ownOrAdmin } from '../users/own-or-admin.ts'
import { factorsOf } from './enrolled/enrolled-factor.ts'
import { removeFactor } from './enrolled/remove-factor.ts'
import { renameFactor } from './enrolled/rename-factor.ts'
import { requiredFrom } from './enrolled/requirement.ts'
import { factors } from './factors.ts'
import { createRecoveryCodes } from './recovery-codes/create-recovery-codes.ts'
import { countRecoveryCodes } from './recovery-codes/recovery-code.ts'
import { confirmTotp } from './totp/confirm-totp.ts'
import { startTotp } from './totp/start-totp.ts'

/** Some are part of the schema before they are built, so that clients can name them already. */
const descriptions: Readonly<Record<string, string>> = {
  EMAIL_CODE: 'A code that was mailed.',
  TOTP: 'A code of an authenticator app.',
  PASSKEY: 'A passkey.',
  RECOVERY_CODE: 'One of the recovery codes that were shown once.',
}
/** Never a step after another: login takes a password, and a provider answers with no code. */
const FIRST_ALONE = ['PASSWORD', 'PROVIDER']
const names = [...new Set([...Object.keys(descriptions), ...Object.keys(factors)])].filter(
  (name) => !FIRST_ALONE.includes(name),
)
const values = names.map((name) => {
  return `"${descriptions[name] ?? 'A factor of this deployment.'}"\n    ${name}`
})

export const typeDefs = gql`
  "How something can be proved. May grow in a minor release."
  enum VerificationMethod {
    ${values.join('\n    ')}
  }

  extend type Mutation {
    """
    Begins to add an authenticator app (RFC 6238). It counts once confirmTotp was given a code of it. Needs a
    sign-in within the last 15 minutes, with a further factor where the person has one: STEP_UP_REQUIRED.
    CONFLICT when there are too many, FORBIDDEN where none are offered.
    """
    startTotp: TotpEnrolment @policy(policies: [["session", "fresh:900"]])
    """
    Adds the authenticator app, within 15 minutes and in the session that began it. From then on its code is
    asked for at every sign-in, and this session counts as signed in with it. VERIFICATION_FAILED.
    """
    confirmTotp(
      "The arguments."
      input: ConfirmTotpInput!
    ): Factor @policy(policies: [["session"]])
    "Names a further factor of one's own. NOT_FOUND."
    renameFactor(
      "The arguments."
      input: RenameFactorInput!
    ): Factor @policy(policies: [["session"]])
    """
    Removes a further factor of one's own. Needs a further factor proved within the last 15 minutes:
    STEP_UP_REQUIRED. NOT_FOUND, CONFLICT for the last one where policy demands one.
    """
    removeFactor(
      "The arguments."
      input: RemoveFactorInput!
    ): User @policy(policies: [["session", "fresh:900"]])
    """
    Makes ten recovery codes, each for one use in place of a further factor, and ends those from before. They are
    shown this once. Needs a further factor proved within the last 15 minutes: STEP_UP_REQUIRED. CONFLICT for
    somebody who has none.
    """
    createRecoveryCodes: RecoveryCodes @policy(policies: [["session", "fresh:900"]])
  }

  extend type User {
    "Further factors that the person has enrolled, for oneself and admins."
    factors: [Factor!] @authenticated
    "How many recovery codes can still be used, for oneself and admins."
    recoveryCodesLeft: Int @authenticated
    """
    From when on the person cannot sign in without a further factor; it may be past. Null: policy demands none of
    them. For oneself and admins.
    """
    factorRequiredFrom: DateTime @authenticated
  }

  "Something beside password and mailbox that a person signs in with."
  type Factor {
    "Id of the factor."
    id: ID!
    "What it is."
    kind: FactorKind!
    "What its owner calls it. Null where it was not named."
    name: String
    "When it was added."
    createdAt: DateTime!
    "When it was last used. Null: never since it was added."
    lastUsedAt: DateTime
    "Of a passkey: whether it is kept beyond one device, as far as its keeper says. Null for anything else."
    isBackedUp: Boolean
  }

  "What a further factor is. May grow in a minor release."
  enum FactorKind {
    "An authenticator app."
    TOTP
    "A passkey."
    PASSKEY
  }

  "The secret of an authenticator app, shown this once."
  type TotpEnrolment {
    "Pass it to confirmTotp."
    factorId: ID!
    "Base32, to type where nothing can be scanned."
    secret: String!
    "The otpauth URI, for a link on the device that has the app."
    uri: String!
    "The URI as a QR code, an SVG document."
    qrSvg: String!
  }

  "What stands in for a further factor that was lost. Keep them as you would a password."
  type RecoveryCodes {
    "Ten codes, each for one use."
    codes: [String!]!
  }

  "The first code of an authenticator app."
  input ConfirmTotpInput {
    "What startTotp returned."
    factorId: ID!
    "The six digits that the app shows."
    code: String!
  }

  "A name for a further factor."
  input RenameFactorInput {
    "Id of the factor."
    factorId: ID!
    "At most 100 characters. Empty: none."
    name: String!
  }

  "Which further factor is removed."
  input RemoveFactorInput {
    "Id of the factor."
    factorId: ID!
  }
`

export const resolvers = {
  Mutation: {
    startTotp: async (_, __, context) => await startTotp(context.deps, context),
    confirmTotp: async (_, { input }, context) => await confirmTotp(context.deps, context, input),
    renameFactor: async (_, { input }, context) => await renameFactor(context.deps, context, input),
    createRecoveryCodes: async (_, __, context) => await createRecoveryCodes(context.deps, context),
    removeFactor: async (_, { input }, context) => await removeFactor(context.deps, context, input),
  },
  User: {
    factors: async (user, _, { deps }) => await factorsOf(deps.db, user.id),
    recoveryCodesLeft: async (user, _, { deps }) =>
      await countRecoveryCodes(deps.db, deps.config.secrets.passwordPepper, user.id),
    factorRequiredFrom: (user, _, { deps }) => requiredFrom(deps.config, user),
  },
  Factor: {
    createdAt: (factor) => factor.created_at,
    lastUsedAt: (factor) => factor.last_used_at,
    isBackedUp: (factor) => factor.is_backed_up,
  },
} satisfies Resolvers

export const rules = {
  User: { factors: ownOrAdmin, recoveryCodesLeft: ownOrAdmin, factorRequiredFrom: ownOrAdmin },
} as unknown as Rules
