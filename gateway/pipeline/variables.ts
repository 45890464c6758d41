// Step "variables": those that the operation declares, checked against their types and the limits.
import type { GatewayRequest } from '../request.ts'

export function checkVariables(request: GatewayRequest): void {
  request.variables = request.prepared.checkVariables(request.params.variables)
}
