// Step "turn": those under way go first.
import { requestAborted, serviceUnavailable } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'
import type { Turns } from '../turn-to-begin.ts'

export function waitForTurn({ turns }: { readonly turns: Turns }) {
  return function turn({ incoming, leaving }: GatewayRequest): Promise<void> | undefined {
    return turns.toBegin()?.then(() => {
      // A connection that was closed says nothing more: the next step would wait for ever.
      if (leaving.isGone)
        throw incoming.destroyed ? requestAborted() : serviceUnavailable('WAITED_TOO_LONG')
    })
  }
}
