// Signing in, in the graph: register, log in, prove the code, prove it again, and take an account back.
import { gql } from 'graphql-tag'
import type { AuthContext } from '../context.ts'
import { denySession } from './deny-session.ts'
import { login } from './login.ts'
import { reauthenticate } from './reauthenticate.ts'
import { register } from './register.ts'
import { verifySession } from './verify-session.ts'

export const typeDefs = gql`
  "What can be changed."
  type Mutation {
    """
    Begins a registration. The account appears when the e-mailed code is proved with verifySession;
    the answer is the same for an e-mail address that is taken. WEAK_PASSWORD, BAD_USER_INPUT,
    RATE_LIMITED.
    """
    register(
      "The arguments."
      input: RegisterInput!
    ): VerificationRequired @public(staleCredentials: true)
      @credentials(sets: ["flow"])
    """
    Signs in with e-mail address and password; a device that is not known needs an e-mailed code as
    well. INVALID_CREDENTIALS for every cause, RATE_LIMITED.
    """
    login(
      "The arguments."
      input: LoginInput!
    ): AuthResult @public(staleCredentials: true)
      @credentials(reads: ["device"], sets: ["session", "flow", "device"])
    """
    Completes what register or login began: proves the e-mailed code and opens the session.
    VERIFICATION_FAILED with attemptsRemaining for a code that is wrong, used or expired.
    """
    verifySession(
      "The arguments."
      input: VerifySessionInput!
    ): AuthResult @public(staleCredentials: true)
      @credentials(reads: ["flow", "device"], sets: ["session", "flow", "device"])
    """
    Asks for the password again and raises auth_time of the current session, as the answer to
    STEP_UP_REQUIRED. INVALID_CREDENTIALS, RATE_LIMITED.
    """
    reauthenticate(
      "The arguments."
      input: ReauthenticateInput!
    ): AuthResult @policy(policies: [["session"]])
      @credentials(sets: ["session"])
    """
    What the link in the mail about a new device does: every session ends and the password becomes
    void. VERIFICATION_FAILED for a link that is used or expired.
    """
    denySession(
      "The arguments."
      input: DenySessionInput!
    ): AccountSecured @public(staleCredentials: true)
  }

  "What signing in leads to: a session, or a verification that must come first. May grow in a minor release."
  union AuthResult = SignedIn | VerificationRequired

  "A new account."
  input RegisterInput {
    "E-mail address that the code goes to, at most 254 characters; it becomes the login name."
    email: String!
    "10 to 128 characters, and not one that is easily guessed."
    password: String!
    "At most 200 characters, seen by oneself and admins."
    fullName: String
    "At most 200 characters, seen by everybody."
    displayName: String
    "Where the tokens will go; kept with the session."
    delivery: TokenDelivery = BODY
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
  }

  "The proof that a verification asks for."
  input VerifySessionInput {
    "Id of the verification that register or login returned."
    verificationId: ID!
    "The e-mailed code, 8 digits."
    code: String!
  }

  "The password of the person whose session it is."
  input ReauthenticateInput {
    "The present password."
    password: String!
  }

  "The token of the mailed link."
  input DenySessionInput {
    "What stands after the # of the link."
    token: String!
  }
`

type Input = { readonly input?: unknown }

export const resolvers = {
  Mutation: {
    register: async (_: unknown, { input }: { input: unknown }, context: AuthContext) =>
      await register(context, input),
    login: async (_: unknown, { input }: Input, context: AuthContext) =>
      await login(context, input),
    verifySession: async (_: unknown, { input }: Input, context: AuthContext) =>
      await verifySession(context, input),
    reauthenticate: async (_: unknown, { input }: Input, context: AuthContext) =>
      await reauthenticate(context, input),
    denySession: async (_: unknown, { input }: Input, context: AuthContext) =>
      await denySession(context, input),
  },
  AuthResult: {
    __resolveType: (result: { __typename?: string }) => result.__typename ?? 'VerificationRequired',
  },
}
