// Subgraphs of Federation 1 as composition sees them, so that they can have rules like any other: `@shareable` where they
// share, `@external` where they only refer. Composition does the same, and keeps it to itself.
import {
  type Subgraph,
  subgraphsFromServiceList,
  upgradeSubgraphsIfNecessary,
} from '@apollo/federation-internals'
import { type DocumentNode, type GraphQLError, Kind, parse } from 'graphql'
import { federationVersion } from '../links.ts'

export interface Service {
  readonly name: string
  readonly document: DocumentNode
}

export type Upgraded =
  | { readonly documents: ReadonlyMap<string, DocumentNode> }
  | { readonly errors: readonly GraphQLError[] }

/** Only those of Federation 1 are other documents; what they become depends on all of them. */
export function upgradeFederation1(services: readonly Service[]): Upgraded {
  const documents = new Map(services.map(({ name, document }) => [name, document]))
  if (services.every(({ document }) => federationVersion(document) !== null)) return { documents }
  const list = services.map(({ name, document }) => ({
    name,
    url: `http://${name.toLowerCase()}.invalid/graphql`,
    typeDefs: document,
  }))
  const subgraphs = subgraphsFromServiceList(list)
  if (Array.isArray(subgraphs)) return { errors: subgraphs }
  const upgraded = upgradeSubgraphsIfNecessary(subgraphs)
  if (upgraded.errors) return { errors: upgraded.errors }
  for (const { name, document } of services) {
    if (federationVersion(document) !== null) continue
    documents.set(name, print(upgraded.subgraphs.get(name)))
  }
  return { documents }
}

function print(subgraph: Subgraph | undefined): DocumentNode {
  const document = parse(subgraph?.toString() ?? '', { noLocation: true })
  const types = new Set(
    document.definitions.flatMap((one) => ('name' in one ? [one.name?.value] : [])),
  )
  const definitions = document.definitions.map((definition) => {
    if (definition.kind !== Kind.SCHEMA_DEFINITION) return definition
    // A subgraph of entities alone has no root fields, and none may be named.
    const operationTypes = definition.operationTypes.filter(({ type }) =>
      types.has(type.name.value),
    )
    return operationTypes.length > 0
      ? { ...definition, operationTypes }
      : { ...definition, kind: Kind.SCHEMA_EXTENSION as const, operationTypes }
  })
  return { ...document, definitions }
}
