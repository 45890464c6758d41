// An operation as the engine takes it, without the rules and limits that the pipeline checked before.
import { Kind, parse } from 'graphql'
import type { PreparedOperation } from '../../../gateway/operation/prepared-operation.ts'

export function prepare(query: string): PreparedOperation {
  const document = parse(query)
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation')
  const asked = { document, operation }
  return {
    ...asked,
    asked,
    slot: { made: null },
    query,
    forNobody: null,
    denied: new Map(),
    leaveOutDenied: null,
    operationName: operation.name?.value ?? null,
    queryHash: query,
    fields: [],
    logged: '',
    planKey: query,
    kind: operation.operation === 'mutation' ? 'mutation' : 'query',
    rootFields: [],
    rootCoordinates: [],
    isStaleCredentials: false,
    credentials: { reads: new Set(), sets: new Set() },
    needsLive: false,
    usesIntrospection: false,
    authorize: () => null,
    checkVariables: (variables) => ({ ...variables }),
    costOf: () => 0,
  }
}
