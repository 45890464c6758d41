// A thread of Apollo's planner that never comes back from a document with the word "hangs" in it, ends with one that has the word
// "ends", gives up on one that has the word "fails", and plans the others in turn.
import { parentPort, workerData } from 'node:worker_threads'
import { operationFromDocument, Supergraph } from '@apollo/federation-internals'
import { QueryPlanner } from '@apollo/query-planner'
import { parse } from 'graphql'

const supergraph = Supergraph.build(workerData.supergraphSdl)
const planner = new QueryPlanner(supergraph)
parentPort?.postMessage({ isReady: true })
parentPort?.on('message', ({ id, text }) => {
  while (text.includes('hangs'));
  if (text.includes('ends')) process.exit(1)
  if (text.includes('fails')) return parentPort?.postMessage({ id, error: 'Cannot find it' })
  const operation = operationFromDocument(supergraph.apiSchema(), parse(text))
  parentPort?.postMessage({ id, plan: JSON.stringify(planner.buildQueryPlan(operation)) })
})
