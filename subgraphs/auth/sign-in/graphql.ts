// Signing in, in the graph: register, sign in with a password, and prove what must follow.

import { gql } from 'graphql-tag'
import type { StartedTotp } from '../factors/totp/start-totp.ts'
import type { Resolvers } from '../generated.ts'
import { clearedFlowCookie } from '../sessions/cookies.ts'
import { answer, begun } from './answer.ts'
import { enrolFactor } from './enrol-factor.ts'
import { login } from './login.ts'
import { register } from './register.ts'
import { signInMethods } from './sign-in-methods.ts'
import { verifySession } from './verify-session.ts'

export const typeDefs = gql`
  extend type Query {
    "What a sign-in page may offer, before anybody is known. The same for everybody."
    signInMethods: SignInMethods @public
  }

  "What can be changed."
  type Mutation {
    """
    Begins a registration. The account appears when the e-mailed code is proved with verifySession;
    the answer is the same for an e-mail address that is taken. WEAK_PASSWORD, BAD_USER_INPUT,
    RATE_LIMITED, FORBIDDEN where nobody may register, where a hook refuses, or for a password where nobody
    signs in with one.
    """
    register(
      "The arguments."
      input: RegisterInput!
    ): VerificationRequired @public(staleCredentials: true)
      @credentials(sets: ["flow"])
    """
    Signs in with e-mail address and password; a device that is not known needs an e-mailed code as
    well. INVALID_CREDENTIALS for every cause, RATE_LIMITED, FORBIDDEN where a hook refuses.
    """
    login(
      "The arguments."
      input: LoginInput!
    ): AuthResult @public(staleCredentials: true)
      @credentials(reads: ["device"], sets: ["session", "flow", "device"])
    """
    Takes the next factor of what register, login, startEmailLogin or startProviderLogin began: it opens the session, or answers
    what must follow. VERIFICATION_FAILED with attemptsRemaining for a code that is wrong, used or expired,
    FORBIDDEN where a hook refuses, and for a provider's answer where nobody may register.
    """
    verifySession(
      "The arguments."
      input: VerifySessionInput!
    ): AuthResult @public(staleCredentials: true)
      @credentials(reads: ["flow", "device"], sets: ["session", "flow", "device"])
    """
    Begins to add a further factor within a sign-in that asks for one: a verification whose purpose is
    FACTOR_ENROLMENT. verifySession with the first code of the new app, or the new passkey, ends both. VERIFICATION_FAILED, RATE_LIMITED.
    """
    enrolFactor(
      "The arguments."
      input: EnrolFactorInput!
    ): FactorEnrolment @public(staleCredentials: true)
      @credentials(reads: ["flow"])
  }

  "What signing in leads to: a session, or a verification that must come first. May grow in a minor release."
  union AuthResult = SignedIn | VerificationRequired

  "What a client needs to add a factor. May grow in a minor release."
  union FactorEnrolment = TotpEnrolment | PasskeyChallenge

  "Which factor is added, in which sign-in."
  input EnrolFactorInput {
    "Id of a verification whose purpose is FACTOR_ENROLMENT."
    verificationId: ID!
    "One of its methods."
    method: VerificationMethod!
  }

  "A new account."
  input RegisterInput {
    "E-mail address that the code goes to, at most 254 characters; it becomes the login name."
    email: String!
    """
    10 to 128 characters, and not one that is easily guessed. Needed where signInMethods has password, and
    refused where it has not.
    """
    password: String
    "At most 200 characters, seen by oneself and admins."
    fullName: String
    "At most 200 characters, seen by everybody."
    displayName: String
    "Where the tokens will go; kept with the session."
    delivery: TokenDelivery = BODY
    """
    What the widget of the captcha service gave, for whoever was refused with reason CAPTCHA_REQUIRED.
    """
    captcha: String
  }

  "E-mail address and password, and how the session should be held."
  input LoginInput {
    "The primary e-mail address of the account."
    email: String!
    "The password of the account."
    password: String!
    "Where the tokens will go; kept with the session."
    delivery: TokenDelivery = BODY
    "A name for this device, shown in the list of sessions. At most 100 characters."
    deviceName: String
    """
    From an earlier sign-in on this device: a known device needs no code. Browsers with cookies send
    theirs by themselves.
    """
    deviceToken: String
    """
    What the widget of the captcha service gave, for whoever was refused with reason CAPTCHA_REQUIRED.
    """
    captcha: String
  }

  "The proof that a verification asks for."
  input VerifySessionInput {
    """
    Id of the verification that register, login, startEmailLogin, startPasskeyLogin or startProviderLogin returned.
    """
    verificationId: ID!
    """
    Which of the verification's methods the code is for. Absent: by the shape of the code; 8 digits are
    EMAIL_CODE, 6 are TOTP, anything else is RECOVERY_CODE.
    """
    method: VerificationMethod
    "The code; by mail it has 8 digits. Needed where there is neither of the next two."
    code: String
    "toJSON of what the browser answered to the options of startPasskeyLogin, or of enrolFactor."
    passkey: JSONObject
    "In place of the code: the address that a provider sent the person back to, whole."
    providerAnswer: String
    """
    Whether the further factor that is shown now need not be shown at the next sign-ins on this device. Without
    effect where it is not offered, and where none was shown.
    """
    rememberDevice: Boolean = false
  }

  "The ways in that this deployment offers."
  type SignInMethods {
    "Whether login is offered: e-mail address and password."
    password: Boolean!
    "Whether startEmailLogin is offered: a code or a link by mail, without a password."
    emailCode: Boolean!
    "Whether passkeys are offered."
    passkey: Boolean!
    "For how many days verifySession may remember a device. 0: that is not offered."
    rememberDeviceDays: Int!
    "Other services to sign in with."
    providers: [SignInProvider!]!
  }

  "Another service to sign in with."
  type SignInProvider {
    "What it is called in the API."
    id: ID!
    "What people call it."
    name: String!
  }
`

export const resolvers = {
  Query: {
    signInMethods: (_, __, { deps }) => signInMethods(deps),
  },
  Mutation: {
    register: async (_, { input }, context) =>
      begun(context, await register(context.deps, context, input)),
    login: async (_, { input }, context) =>
      await answer(context, await login(context.deps, context, input)),
    verifySession: async (_, { input }, context) => {
      const result = await verifySession(context.deps, context, input)
      const isOver = 'session' in result && result.session.delivery === 'COOKIE'
      if (isOver) context.setCookies.push(clearedFlowCookie())
      return await answer(context, result)
    },
    // What it is made of is the factor's own matter.
    enrolFactor: async (_, { input }, context) =>
      (await enrolFactor(context.deps, context, input)) as unknown as StartedTotp,
  },
  FactorEnrolment: {
    __resolveType: (begun) => ('options' in begun ? 'PasskeyChallenge' : 'TotpEnrolment'),
  },
  AuthResult: {
    __resolveType: (result) => ('session' in result ? 'SignedIn' : 'VerificationRequired'),
  },
} satisfies Resolvers
