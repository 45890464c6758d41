// Step "operation": parsed, validated and compiled, once per document; a mutation never comes by GET.
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import { methodNotAllowed } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'

export function prepareOperation(request: GatewayRequest): void | Promise<void> {
  const { operationName } = request.params
  const prepared = request.graph.operations.prepareInTurns(request.text, operationName)
  if (prepared instanceof Promise) return prepared.then((operation) => take(request, operation))
  take(request, prepared)
}

function take(request: GatewayRequest, prepared: PreparedOperation): void {
  request.prepared = prepared
  if (request.incoming.method === 'GET' && prepared.kind !== 'query') {
    throw methodNotAllowed('POST')
  }
}
