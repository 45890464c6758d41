// A planner that panics at every document with the word "bad" in it, after a while, and plans the others.
import { QueryPlanner } from '@graphql-hive/router-query-planner'

/** @type {QueryPlanner | null} */
let planner = null
process.on('disconnect', () => process.exit())
process.on('message', async (/** @type {any} */ message) => {
  if (!Array.isArray(message)) {
    planner = new QueryPlanner(message.supergraphSdl)
    process.send?.({ kind: 'ready', overridePercentages: planner.overridePercentages })
    return
  }
  await new Promise((resolve) => setTimeout(resolve, 50))
  for (const { id, text, operationName, percentage } of message) {
    if (text.includes('bad')) process.abort()
    const plan = planner?.plan(text, operationName, new Set(), percentage)
    process.send?.([{ id, plan }])
  }
})
