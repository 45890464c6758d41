// A planner that panics at every document with the word "bad" in it, after a while, and plans the others.
import { QueryPlanner } from '@graphql-hive/router-query-planner'

/** @type {QueryPlanner | null} */
let planner = null
process.on('disconnect', () => process.exit())
process.on('message', async ({ supergraphSdl, id, text, operationName, percentage }) => {
  if (supergraphSdl !== undefined) {
    planner = new QueryPlanner(supergraphSdl)
    process.send?.({ kind: 'ready', overridePercentages: planner.overridePercentages })
    return
  }
  await new Promise((resolve) => setTimeout(resolve, 50))
  if (text.includes('bad')) process.abort()
  const plan = await planner?.planAsync(text, operationName, new Set(), percentage)
  process.send?.({ kind: 'planned', id, plan })
})
