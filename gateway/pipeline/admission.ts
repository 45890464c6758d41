// Step "admission": those under way go first.

import type { Admission } from '../admission.ts'
import { requestAborted, serviceUnavailable } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'

export function waitForAdmission({ admission }: { readonly admission: Admission }) {
  return function wait({ incoming, cancellation }: GatewayRequest): Promise<void> | undefined {
    return admission.admit()?.then(() => {
      // A connection that was closed says nothing more: the next step would wait for ever.
      if (cancellation.isCancelled)
        throw incoming.destroyed ? requestAborted() : serviceUnavailable('WAITED_TOO_LONG')
    })
  }
}
