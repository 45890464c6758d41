// Step "admission": those under way go first.

import type { Admission } from '../admission.ts'
import { requestAborted, serviceUnavailable } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'

export function waitForAdmission({
  admission,
  metrics,
}: {
  readonly admission: Admission
  readonly metrics: { countShed(): void }
}) {
  return function wait({ incoming, cancellation }: GatewayRequest): Promise<void> | undefined {
    return admission.admit()?.then(() => {
      // A connection that was closed says nothing more: the next step would wait for ever.
      if (!cancellation.isCancelled) return
      if (incoming.destroyed) throw requestAborted()
      metrics.countShed()
      throw serviceUnavailable('WAITED_TOO_LONG')
    })
  }
}
