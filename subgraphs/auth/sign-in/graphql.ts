// Signing in, in the graph: register, log in, prove the code, prove it again, and take an account back.
import { gql } from 'graphql-tag'
import type { AuthContext } from '../context.ts'
import { denySession } from './deny-session.ts'
import { login } from './login.ts'
import { reauthenticate } from './reauthenticate.ts'
import { register } from './register.ts'
import { verifySession } from './verify-session.ts'

export const typeDefs = gql`
  type Mutation {
    "Begins a registration: the user appears when the e-mailed code is proved with verifySession."
    register(input: RegisterInput!): VerificationRequired @public(staleCredentials: true)
    login(input: LoginInput!): AuthResult @public(staleCredentials: true)
    "Turns a proved code into a usable session."
    verifySession(input: VerifySessionInput!): AuthResult @public(staleCredentials: true)
    "The password again: raises auth_time of the current session."
    reauthenticate(input: ReauthenticateInput!): AuthResult @policy(policies: [["session"]])
    "What the link in the mail about a new device does: every session ends and the password is void."
    denySession(input: DenySessionInput!): AccountSecured @public(staleCredentials: true)
  }

  union AuthResult = SignedIn | VerificationRequired

  input RegisterInput {
    email: String!
    "10 to 128 characters."
    password: String!
    fullName: String
    displayName: String
    "Where the tokens will go; kept with the session."
    delivery: TokenDelivery = BODY
  }

  input LoginInput {
    email: String!
    password: String!
    delivery: TokenDelivery = BODY
    "Shown in the list of sessions."
    deviceName: String
    "From an earlier sign-in on this device."
    deviceToken: String
  }

  input VerifySessionInput {
    verificationId: ID!
    code: String!
  }

  input ReauthenticateInput {
    password: String!
  }

  input DenySessionInput {
    "What stands behind the # of the link."
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
