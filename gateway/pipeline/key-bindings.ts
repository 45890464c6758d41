// Steps "key-bindings" and "key-cost": what an API key is bound to beside its roles and scopes, before anything is planned.
import { GatewayError } from '../errors.ts'
import { tooComplexBecause } from '../operation/too-complex.ts'
import type { GatewayRequest } from '../request.ts'
import { countAll, type RateParts } from './rate.ts'

/** Root fields and documents: known before the variables are. */
export function checkKeyBindings(request: GatewayRequest): void {
  const { bindings } = request.principal
  if (bindings === null) return
  const { rootFields, trustedDocumentsOnly } = bindings
  if (rootFields !== null) requireRootFields(request, rootFields)
  // Whatever the graph's own mode is. Without a manifest nothing is trusted.
  if (trustedDocumentsOnly && !request.graph.documents.trusted.has(request.text)) {
    throw new GatewayError('DOCUMENT_NOT_TRUSTED', {
      message: 'This API key asks with trusted documents alone.',
      logReason: 'KEY_DOCUMENT_NOT_TRUSTED',
    })
  }
}

function requireRootFields({ prepared }: GatewayRequest, allowed: ReadonlySet<string>): void {
  const refused =
    prepared.rootCoordinates.find((field) => !allowed.has(field)) ??
    (prepared.usesIntrospection ? 'the schema' : undefined)
  if (refused === undefined) return
  throw new GatewayError('FORBIDDEN', {
    message: `This API key is not bound to ${refused}.`,
    reason: 'KEY_FIELD_NOT_ALLOWED',
  })
}

export function spendKeyCost(parts: RateParts) {
  return function keyCost(request: GatewayRequest): void | Promise<void> {
    const { bindings } = request.principal
    if (bindings === null || bindings.operationCost === null) return
    const { operationCost: maximum, costWindow } = bindings
    const value = request.prepared.costOf(request.variables)
    if (value > maximum) {
      throw tooComplexBecause(
        `The operation costs too much for this API key: ${value}, and ${maximum} at most.`,
        { limit: 'keyCost', value, maximum },
      )
    }
    const times = Math.ceil(value)
    if (costWindow !== null && times > 0)
      return countAll(parts, request, [{ limit: costWindow, times }])
  }
}
