// A worker thread that plans with Apollo's planner: it is synchronous, and would hold the loop that answers everybody.
import { parentPort, workerData } from 'node:worker_threads'
import { operationFromDocument, Supergraph } from '@apollo/federation-internals'
import { QueryPlanner } from '@apollo/query-planner'
import { parse } from 'graphql'

if (parentPort === null) throw new Error('apollo-worker.js runs as a worker thread')
const port = parentPort

const supergraph = Supergraph.build(workerData.supergraphSdl, { validateSupergraph: true })
const planner = new QueryPlanner(supergraph)
const apiSchema = supergraph.apiSchema()
port.postMessage({ isReady: true })

port.on('message', ({ id, text, operationName, overrides }) => {
  try {
    const options = operationName === null ? {} : { operationName }
    const operation = operationFromDocument(apiSchema, parse(text), options)
    // A plan is a tree of plain objects.
    const plan = JSON.stringify(
      planner.buildQueryPlan(operation, { overrideConditions: new Map(overrides) }),
    )
    port.postMessage({ id, plan })
  } catch (error) {
    port.postMessage({ id, error: error instanceof Error ? error.message : String(error) })
  }
})
