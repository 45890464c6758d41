// A planner that never comes back from a document with the word "bad" in it, and plans the others in turn.
import { QueryPlanner } from '@graphql-hive/router-query-planner'

/** @type {QueryPlanner | null} */
let planner = null
process.on('disconnect', () => process.exit())
process.on('message', (/** @type {any} */ message) => {
  if (!Array.isArray(message)) {
    planner = new QueryPlanner(message.supergraphSdl)
    process.send?.({ kind: 'ready', overridePercentages: planner.overridePercentages })
    return
  }
  for (const { id, text, operationName, percentage } of message) {
    while (text.includes('bad'));
    const plan = planner?.plan(text, operationName, new Set(), percentage)
    process.send?.([{ id, plan }])
  }
})
