// Step "operation": parsed, validated and compiled, once per document; a mutation never comes by GET.
import { methodNotAllowed } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'

export function prepareOperation(request: GatewayRequest): void {
  const { operationName } = request.params
  request.prepared = request.graph.operations.prepare(request.text, operationName)
  if (request.incoming.method === 'GET' && request.prepared.kind !== 'query') {
    throw methodNotAllowed('POST')
  }
}
