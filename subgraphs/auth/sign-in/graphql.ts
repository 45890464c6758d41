// Signing in, in the graph: register, begin in one of the ways in, and prove what must follow.

import { gql } from 'graphql-tag'
import type { AuthContext } from '../context.ts'
import type { StartedTotp } from '../factors/totp/start-totp.ts'
import type { Resolvers } from '../generated.ts'
import { clearedFlowCookie, flowCookie } from '../sessions/cookies.ts'
import type { Entered, SignedIn } from '../sessions/issue-tokens.ts'
import type { BegunVerification } from '../verifications/begin-verification.ts'
import { enrolFactor } from './enrol-factor.ts'
import { handOver } from './hand-over.ts'
import { login } from './login.ts'
import { openSignInLink } from './open-sign-in-link.ts'
import { register } from './register.ts'
import { signInMethods } from './sign-in-methods.ts'
import { startEmailLogin } from './start-email-login.ts'
import { startPasskeyLogin } from './start-passkey-login.ts'
import { startProviderLogin } from './start-provider-login.ts'
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
    Mails a sign-in code, for verifySession, and a link, for openSignInLink. The answer is the same for an
    e-mail address without an account, which gets no mail. BAD_USER_INPUT, RATE_LIMITED, FORBIDDEN where
    this way in is not offered.
    """
    startEmailLogin(
      "The arguments."
      input: StartEmailLoginInput!
    ): VerificationRequired @public(staleCredentials: true)
      @credentials(reads: ["device"], sets: ["flow"])
    """
    What navigator.credentials.get is to be asked for, after PublicKeyCredential.parseRequestOptionsFromJSON; its
    answer goes to verifySession. Without verificationId it begins a sign-in in which nobody is named, good for the
    browser's autofill too; with it, it is the next step of a flow whose methods have PASSKEY. Each call ends the
    challenge before it. VERIFICATION_FAILED, RATE_LIMITED, FORBIDDEN where passkeys begin no sign-in.
    """
    startPasskeyLogin(
      "The arguments."
      input: StartPasskeyLoginInput
    ): PasskeyChallenge @public(staleCredentials: true)
      @credentials(reads: ["flow", "device"], sets: ["flow"])
    """
    What the link in that mail does, once a person has pressed a button: it signs in the browser that opened it, and
    ends the flow that had it mailed. VERIFICATION_FAILED for a link that is used or expired, FORBIDDEN where a hook
    refuses.
    """
    openSignInLink(
      "The arguments."
      input: OpenSignInLinkInput!
    ): AuthResult @public(staleCredentials: true)
      @credentials(reads: ["device"], sets: ["session", "flow", "device"])
    """
    Begins a sign-in at another service (signInMethods.providers): send the person to the address that is returned, and
    pass the address that they come back at to verifySession. BAD_USER_INPUT for a returnTo that is not listed,
    NOT_FOUND, RATE_LIMITED, FORBIDDEN where this way in is not offered, SERVICE_UNAVAILABLE with reason
    PROVIDER_UNAVAILABLE.
    """
    startProviderLogin(
      "The arguments."
      input: StartProviderLoginInput!
    ): ProviderLogin @public(staleCredentials: true)
      @credentials(reads: ["device"], sets: ["flow"])
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

  "The mailbox that a sign-in begins with, and how the session should be held."
  input StartEmailLoginInput {
    "Any verified e-mail address of the account, or its primary one."
    email: String!
    "Where the tokens will go; kept with the session."
    delivery: TokenDelivery = BODY
    "A name for this device, shown in the list of sessions. At most 100 characters."
    deviceName: String
    "From an earlier sign-in on this device. Browsers with cookies send theirs by themselves."
    deviceToken: String
  }

  "How the session should be held, or which flow goes on with a passkey."
  input StartPasskeyLoginInput {
    "Of a flow that goes on: what login or another call returned. The rest is decided then. Default: a new one."
    verificationId: ID
    "Where the tokens will go; kept with the session."
    delivery: TokenDelivery = BODY
    "A name for this device, shown in the list of sessions. At most 100 characters."
    deviceName: String
    "From an earlier sign-in on this device. Browsers with cookies send theirs by themselves."
    deviceToken: String
  }

  "The token of the mailed link, and how the session of the browser that opened it should be held."
  input OpenSignInLinkInput {
    "What stands after the # of the link."
    token: String!
    "For the browser that opened the link, whatever was chosen where it was asked for."
    delivery: TokenDelivery = BODY
    "A name for this device, shown in the list of sessions. At most 100 characters."
    deviceName: String
    "From an earlier sign-in on this device. Browsers with cookies send theirs by themselves."
    deviceToken: String
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

  "Which service a sign-in begins at, and how the session should be held."
  input StartProviderLoginInput {
    "Id of the provider, as signInMethods has it."
    provider: String!
    "Where the provider sends the person back to: one of PROVIDER_RETURN_TO, or with cookies the callback of the hosted pages. Absent: the first of these."
    returnTo: String
    "Where the tokens will go; kept with the session."
    delivery: TokenDelivery = BODY
    "A name for this device, shown in the list of sessions. At most 100 characters."
    deviceName: String
    "From an earlier sign-in on this device. Browsers with cookies send theirs by themselves."
    deviceToken: String
  }

  "A sign-in at another service, under way."
  type ProviderLogin {
    "A secret of the client that began it: pass it back with the answer, and do not log or share it."
    verificationId: ID!
    "Where the person signs in: open it in the browser."
    url: String!
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

/** Cookies and the principal of the answer are set here, and nowhere below. */
async function answer(
  context: AuthContext,
  result: Entered | BegunVerification,
): Promise<SignedIn | BegunVerification> {
  if ('session' in result) return await handOver(context, result)
  return begun(context, result)
}

function begun(context: AuthContext, verification: BegunVerification): BegunVerification {
  const { flowSecret } = verification
  if (flowSecret !== null) context.setCookies.push(flowCookie(flowSecret))
  return verification
}

export const resolvers = {
  Query: {
    signInMethods: (_, __, { deps }) => signInMethods(deps),
  },
  Mutation: {
    register: async (_, { input }, context) =>
      begun(context, await register(context.deps, context, input)),
    login: async (_, { input }, context) =>
      await answer(context, await login(context.deps, context, input)),
    startEmailLogin: async (_, { input }, context) =>
      begun(context, await startEmailLogin(context.deps, context, input)),
    startPasskeyLogin: async (_, { input }, context) => {
      const request = await startPasskeyLogin(context.deps, context, input ?? {})
      if (request.flowSecret !== null) context.setCookies.push(flowCookie(request.flowSecret))
      return request
    },
    openSignInLink: async (_, { input }, context) =>
      await answer(context, await openSignInLink(context.deps, context, input)),
    startProviderLogin: async (_, { input }, context) => {
      const begun = await startProviderLogin(context.deps, context, input)
      if (begun.flowSecret !== null) context.setCookies.push(flowCookie(begun.flowSecret))
      return { verificationId: begun.id, url: begun.url }
    },
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
