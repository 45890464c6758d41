// Guards __resolveReference, through which federation reaches an entity past every root field.
import {
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
} from 'graphql'
import type { AccessRule } from './access-rule.ts'
import type { Compile } from './check.ts'

type ReferenceResolver = (reference: unknown, context: unknown, info: unknown) => unknown

/** A reference is resolved outside every field: anyone who may not have the type gets null and the denial. */
export function guardReferences(
  schema: GraphQLSchema,
  typeRules: ReadonlyMap<string, AccessRule>,
  compile: Compile,
): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    const resolveReference = referenceResolverOf(type)
    if (!resolveReference) continue
    const check = compile(typeRules.get(type.name) ?? null)
    setReferenceResolver(type, async (reference, context, info) => {
      const denial = check(context)
      if (denial) throw denial
      return resolveReference(reference, context, info)
    })
  }
}

interface SubgraphExtensions {
  apollo?: { subgraph?: { resolveReference?: ReferenceResolver } }
}

function referenceResolverOf(type: GraphQLObjectType | GraphQLInterfaceType) {
  return (type.extensions as SubgraphExtensions).apollo?.subgraph?.resolveReference
}

function setReferenceResolver(
  type: GraphQLObjectType | GraphQLInterfaceType,
  resolveReference: ReferenceResolver,
): void {
  const { apollo } = type.extensions as SubgraphExtensions
  const subgraph = { ...apollo?.subgraph, resolveReference }
  type.extensions = { ...type.extensions, apollo: { ...apollo, subgraph } }
}
