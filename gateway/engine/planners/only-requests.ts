// A fetch of entities with some of its requests alone.
import { Kind, parse, print } from 'graphql'
import type { EntityRequest, FetchNode } from './plan.ts'
import { withoutUnused } from './without-unused.ts'

export function onlyRequests(fetch: FetchNode, entities: readonly EntityRequest[]): FetchNode {
  const kept = new Set(entities.map(({ alias }) => alias))
  if (kept.size === fetch.entities?.length) return { ...fetch, entities }
  const document = parse(fetch.operation, { noLocation: true })
  const definitions = document.definitions.map((one) => {
    if (one.kind !== Kind.OPERATION_DEFINITION) return one
    const selections = one.selectionSet.selections.filter(
      (each) => each.kind === Kind.FIELD && kept.has((each.alias ?? each.name).value),
    )
    return { ...one, selectionSet: { ...one.selectionSet, selections } }
  })
  const own = withoutUnused({ ...document, definitions })
  const operation = own.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
  const declared = operation?.variableDefinitions?.map(({ variable }) => variable.name.value) ?? []
  return {
    ...fetch,
    operation: print(own),
    variables: fetch.variables.filter((name) => declared.includes(name)),
    entities,
  }
}
