// One's own account in the graph: who is calling, and the profile.

import { isSignedIn, mayEver } from '@sallyport/claims'
import { gql } from 'graphql-tag'
import type { AuthContext } from '../context.ts'
import type { PrincipalKind, Resolvers } from '../generated.ts'
import { csrfTokenFor } from '../sessions/csrf-token.ts'
import { Session } from '../sessions/session.ts'
import { updateProfile } from './update-profile.ts'

export const typeDefs = gql`
  extend type Query {
    "Who is calling. Null when anonymous."
    viewer: Viewer @public
  }

  extend type Mutation {
    "Changes one's own names. An absent name stays as it is, an empty one is removed."
    updateProfile(
      "The arguments."
      input: UpdateProfileInput!
    ): User @policy(policies: [["session"]])
  }

  "One's own names."
  input UpdateProfileInput {
    "At most 200 characters, seen by oneself and admins. Absent: as it is. Empty: removed."
    fullName: String
    "At most 200 characters, seen by everybody. Absent: as it is. Empty: removed."
    displayName: String
  }

  "The caller, as the gateway knows them on this request."
  type Viewer {
    "What kind of caller it is."
    kind: PrincipalKind!
    "The person who is signed in; with an API key, its owner. Null for a client that acts for nobody."
    user: User
    "The session that the request belongs to. Null with an API key."
    session: Session
    "The API key that was sent. Null with a session."
    apiKey: ApiKey
    "Roles that count on this request: with an API key, those of the key that its owner still holds."
    roles: [String!]!
    "Scopes that count on this request."
    scopes: [String!]!
    "Send it as the header X-CSRF-Token with every mutation. Null without a cookie session."
    csrfToken: String
  }

  "The kinds of callers. May grow in a minor release."
  enum PrincipalKind {
    "A person."
    USER
    "A program with an API key, which acts for the key's owner."
    API_KEY
    "A program with a credential of its own, which acts for nobody."
    CLIENT
  }
`

export const resolvers = {
  Query: {
    viewer: (_, __, { claims }) => (isSignedIn(claims) ? {} : null),
  },
  Mutation: {
    updateProfile: async (_, { input }, context) =>
      await updateProfile(context.deps, context, input),
  },
  Viewer: {
    kind: (_, __, { claims }) => claims.kind.toUpperCase().replace('-', '_') as PrincipalKind,
    user: async (_, __, { claims, users }) =>
      claims.subject === null ? null : await users.load(claims.subject),
    session: async (_, __, context) => await currentSession(context),
    roles: (_, __, { claims }) => claims.roles,
    scopes: (_, __, { claims }) => claims.scopes,
    csrfToken: async (_, __, context) => {
      const session = await currentSession(context)
      return session === null ? null : csrfTokenFor(session, context.deps.config.secrets.codeKey)
    },
  },
} satisfies Resolvers

async function currentSession({ claims, deps }: AuthContext): Promise<Session | null> {
  if (!mayEver(claims, 'session') || claims.sessionId === null) return null
  return (await Session.query(deps.db).findById(claims.sessionId)) ?? null
}
