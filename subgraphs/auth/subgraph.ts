// The auth subgraph's schema.
import { buildSubgraphSchema } from '@apollo/subgraph'
import { guardSchema, type Rules } from '@sallyport/claims/rules'
import { concatAST, type DocumentNode, type GraphQLSchema, Kind } from 'graphql'
import { type AuthNames, ownNames } from '../../platform/auth-names/auth-names.ts'
import { renameAuthSchema } from '../../platform/auth-names/rename-schema.ts'
import * as account from './account/graphql.ts'
import * as accountSecurity from './account-security/graphql.ts'
import * as administration from './administration/graphql.ts'
import * as apiKeys from './api-keys/graphql.ts'
import * as audit from './audit/graphql.ts'
import { dateTime } from './core/date-time.ts'
import { jsonObject } from './core/json-object.ts'
import * as emails from './emails/graphql.ts'
import * as erasure from './erasure/graphql.ts'
import * as factors from './factors/graphql.ts'
import * as passkeys from './factors/passkey/graphql.ts'
import type { Resolvers } from './generated.ts'
import * as identities from './identities/graphql.ts'
import * as networks from './networks/graphql.ts'
import * as oauthClients from './oauth-clients/graphql.ts'
import * as oauthGrants from './oauth-grants/graphql.ts'
import * as passwords from './passwords/graphql.ts'
import * as rememberedDevices from './remembered-devices/graphql.ts'
import { renameResolvers, renameRules } from './renamed.ts'
import * as roles from './roles/graphql.ts'
import * as sessions from './sessions/graphql.ts'
import * as signIn from './sign-in/graphql.ts'
import * as signInWithoutPassword from './sign-in/without-password/graphql.ts'
import * as stepUp from './step-up/graphql.ts'
import * as base from './type-definitions.ts'
import * as users from './users/graphql.ts'
import * as verifications from './verifications/graphql.ts'

/** One line a capability: its types, its resolvers, and the rules that its SDL cannot say. */
const capabilities: readonly Capability[] = [
  { typeDefs: base.typeDefs, resolvers: { DateTime: dateTime, JSONObject: jsonObject } },
  users,
  account,
  signIn,
  signInWithoutPassword,
  stepUp,
  accountSecurity,
  emails,
  passwords,
  sessions,
  verifications,
  factors,
  passkeys,
  rememberedDevices,
  identities,
  apiKeys,
  administration,
  roles,
  networks,
  oauthClients,
  oauthGrants,
  erasure,
  audit,
]

interface Capability {
  readonly typeDefs: DocumentNode
  readonly resolvers: Resolvers
  readonly rules?: Rules
}

export const typeDefs: readonly DocumentNode[] = capabilities.map(
  (capability) => capability.typeDefs,
)

/** Every field guarded by the rules in its SDL and by its capability's own, under the names of this deployment. */
export function createAuthSchema(names: AuthNames = ownNames): GraphQLSchema {
  const document = renameAuthSchema(concatAST(typeDefs), names)
  const resolvers = capabilities.map((capability) =>
    renameResolvers(capability.resolvers, { document, names }),
  )
  const schema = buildSubgraphSchema([
    { typeDefs: document },
    ...resolvers.map((own) => ({ typeDefs: NOTHING, resolvers: own })),
  ] as Parameters<typeof buildSubgraphSchema>[0])
  return guardSchema(schema, {
    rules: renameRules(mergeRules(capabilities), { document, names }),
  })
}

const NOTHING: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] }

function mergeRules(all: readonly Capability[]): Rules {
  const merged: Record<string, Rules[string]> = {}
  for (const [type, fields] of all.flatMap(({ rules = {} }) => Object.entries(rules))) {
    merged[type] = { ...merged[type], ...fields }
  }
  return merged
}
