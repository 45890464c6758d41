// Before a graph is served its most recent documents are prepared and planned: clients must not pay for a swap.
import { nextTurn } from '../supergraph/slices.ts'
import type { Graph } from '../supergraph.ts'

const DOCUMENTS = 100
/** What is not ready by then is prepared when somebody asks. */
const LONGEST_MS = 5_000

export async function warm(before: Graph, next: Graph): Promise<void> {
  const endsAt = performance.now() + LONGEST_MS
  for (const { query, operationName } of before.operations.recent(DOCUMENTS)) {
    if (performance.now() > endsAt) return
    try {
      const prepared = await next.operations.prepareInTurns(query, operationName)
      for (const one of [prepared, prepared.forNobody])
        if (one !== null) await next.engine.warm(one)
    } catch {
      // The next graph cannot answer it: anyone who asks is told.
    }
    await nextTurn()
  }
}
