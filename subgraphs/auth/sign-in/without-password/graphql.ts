// Ways in that begin without a password, in the graph: a mailed code or link, a passkey, another service.

import { gql } from 'graphql-tag'
import type { Resolvers } from '../../generated.ts'
import { answer, begun } from '../answer.ts'
import { openSignInLink } from './open-sign-in-link.ts'
import { startEmailLogin } from './start-email-login.ts'
import { startPasskeyLogin } from './start-passkey-login.ts'
import { startProviderLogin } from './start-provider-login.ts'

export const typeDefs = gql`
  extend type Mutation {
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
`

export const resolvers = {
  Mutation: {
    startEmailLogin: async (_, { input }, context) =>
      begun(context, await startEmailLogin(context.deps, context, input)),
    openSignInLink: async (_, { input }, context) =>
      await answer(context, await openSignInLink(context.deps, context, input)),
    startPasskeyLogin: async (_, { input }, context) =>
      begun(context, await startPasskeyLogin(context.deps, context, input ?? {})),
    startProviderLogin: async (_, { input }, context) => {
      const { id, url } = begun(context, await startProviderLogin(context.deps, context, input))
      return { verificationId: id, url }
    },
  },
} satisfies Resolvers
