// One's own account in the graph: who is calling, and the profile.
import { isSignedIn, mayEver } from '@sallyport/claims'
import { gql } from 'graphql-tag'
import type { AuthContext } from '../context.ts'
import { csrfTokenFor } from '../sessions/csrf-token.ts'
import { Session } from '../sessions/session.ts'
import { updateProfile } from './update-profile.ts'

export const typeDefs = gql`
  extend type Query {
    "Who is calling; null when anonymous."
    viewer: Viewer @public
  }

  extend type Mutation {
    "Absent: as it is. Empty: none."
    updateProfile(input: UpdateProfileInput!): User @policy(policies: [["session"]])
  }

  input UpdateProfileInput {
    fullName: String
    displayName: String
  }

  type Viewer {
    kind: PrincipalKind!
    "With an API key: its owner."
    user: User
    session: Session
    apiKey: ApiKey
    roles: [String!]!
    scopes: [String!]!
    "To send as X-CSRF-Token with mutations, in cookie sessions."
    csrfToken: String
  }

  enum PrincipalKind {
    USER
    API_KEY
    CLIENT
  }
`

export const resolvers = {
  Query: {
    viewer: (_: unknown, __: unknown, { claims }: AuthContext) => (isSignedIn(claims) ? {} : null),
  },
  Mutation: {
    updateProfile: async (_: unknown, { input }: { input: unknown }, context: AuthContext) =>
      await updateProfile(context, input),
  },
  Viewer: {
    kind: (_: unknown, __: unknown, { claims }: AuthContext) =>
      claims.kind.toUpperCase().replace('-', '_'),
    user: async (_: unknown, __: unknown, { claims, users }: AuthContext) =>
      claims.subject === null ? null : await users.load(claims.subject),
    session: async (_: unknown, __: unknown, context: AuthContext) => await currentSession(context),
    roles: (_: unknown, __: unknown, { claims }: AuthContext) => claims.roles,
    scopes: (_: unknown, __: unknown, { claims }: AuthContext) => claims.scopes,
    csrfToken: async (_: unknown, __: unknown, context: AuthContext) => {
      const session = await currentSession(context)
      return session === null ? null : csrfTokenFor(session, context.deps.config.secrets.codeKey)
    },
  },
}

async function currentSession({ claims, deps }: AuthContext): Promise<Session | null> {
  if (!mayEver(claims, 'session') || claims.sessionId === null) return null
  return (await Session.query(deps.db).findById(claims.sessionId)) ?? null
}
