// The auth subgraph's schema: one line a capability.
import { buildSubgraphSchema } from '@apollo/subgraph'
import { guardSchema, type Rules } from '@sallyport/claims/rules'
import type { DocumentNode, GraphQLSchema } from 'graphql'
import * as apiKeys from './api-keys/graphql.ts'
import { dateTime } from './date-time.ts'
import * as sessions from './sessions/graphql.ts'
import * as base from './type-definitions.ts'
import * as users from './users/graphql.ts'
import * as verifications from './verifications/graphql.ts'

export const typeDefs: readonly DocumentNode[] = [
  base.typeDefs,
  users.typeDefs,
  sessions.typeDefs,
  verifications.typeDefs,
  apiKeys.typeDefs,
]

const capabilities = [users, sessions, verifications, apiKeys]
const guarded: readonly { readonly rules: Rules }[] = [users, sessions, apiKeys]

/** Every field guarded by the rules in its SDL and by its capability's own. */
export function createAuthSchema(): GraphQLSchema {
  const schema = buildSubgraphSchema(
    typeDefs.map((document, index) => ({
      typeDefs: document,
      resolvers: index === 0 ? { DateTime: dateTime } : (capabilities[index - 1]?.resolvers ?? {}),
    })) as Parameters<typeof buildSubgraphSchema>[0],
  )
  return guardSchema(schema, { rules: mergeRules(guarded.map(({ rules }) => rules)) })
}

function mergeRules(all: readonly Rules[]): Rules {
  const merged: Record<string, Rules[string]> = {}
  for (const rules of all) {
    for (const [type, fields] of Object.entries(rules))
      merged[type] = { ...merged[type], ...fields }
  }
  return merged
}
