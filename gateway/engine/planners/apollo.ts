// The query planner of Apollo over one supergraph, in a thread of its own.
import { Worker } from 'node:worker_threads'
import type {
  FetchNode as ApolloFetch,
  PlanNode as ApolloNode,
  FetchDataRewrite,
  QueryPlan,
  QueryPlanSelectionNode,
} from '@apollo/query-planner'
import { parseSupergraph } from '../../supergraph/parse-supergraph.ts'
import { inSlices } from '../../supergraph/slices.ts'
import { apiSchemaInPieces } from '../api-schema.ts'
import { createHasClash } from './clashing-requires.ts'
import { readJoined } from './joined.ts'
import { mendKeys } from './mend-keys.ts'
import { readOverrideLabels } from './override-labels.ts'
import {
  type EntityRequest,
  type FetchNode,
  type PathElement,
  type Plan,
  type PlanNode,
  type PlanRewrite,
  type RequiredSelection,
  UnknownPlan,
} from './plan.ts'
import { createFindFault } from './plan-faults.ts'
import { type Planner, UnsupportedOperation } from './planner.ts'

/** So long a plan may take: its document is as good as hostile. */
const PLAN_TIMEOUT_MS = 10_000

/** @throws Error when the supergraph is not valid, or asks for what the planner does not know */
export async function createApolloPlanner(supergraphSdl: string): Promise<Planner> {
  const document = await inSlices(parseSupergraph(supergraphSdl))
  const schema = await inSlices(apiSchemaInPieces(document))
  const hasClash = createHasClash(document, schema)
  const joined = readJoined(document)
  const findFault = createFindFault(joined)
  const labels = readOverrideLabels(document)
  let thread = await startThread(supergraphSdl)
  return {
    schema,
    overridePercentages: labels.thresholds,
    namesFetches: true,
    async plan({ document: operation, text, operationName }, percentage) {
      if (hasClash(operation)) {
        const detail = 'two of its fields require another with different arguments'
        throw new UnsupportedOperation('REQUIRED_WITH_OTHER_ARGUMENTS', detail)
      }
      if (thread.isGone) thread = await startThread(supergraphSdl)
      const overrides = labels.at(percentage)
      const { node } = readApolloPlan(await thread.plan({ text, operationName, overrides }))
      const plan = { node: node === null ? null : mendKeys(node, joined) }
      const fault = findFault(plan, operation)
      if (fault !== null) throw fault
      return plan
    },
    stop: () => thread.stop(),
  }
}

interface PlanRequest {
  readonly text: string
  readonly operationName: string | null
  readonly overrides: readonly (readonly [label: string, isOn: boolean])[]
}

interface PlannerThread {
  readonly isGone: boolean
  plan(request: PlanRequest): Promise<QueryPlan>
  stop(): Promise<void>
}

interface Waiting {
  resolve(plan: QueryPlan): void
  reject(error: Error): void
}

type Message =
  | { readonly isReady: true }
  | { readonly id: number; readonly plan?: string; readonly error?: string }

/** Resolves once the thread has read the supergraph. */
async function startThread(supergraphSdl: string): Promise<PlannerThread> {
  const worker = new Worker(new URL('./apollo-worker.js', import.meta.url), {
    workerData: { supergraphSdl },
  })
  worker.unref()
  const waiting = new Map<number, Waiting>()
  let isGone = false
  let lastId = 0
  const end = (error: Error) => {
    isGone = true
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve())
    worker.once('error', reject)
  })
  worker.on('error', end)
  worker.on('exit', () => end(new Error('the planner has ended')))
  worker.on('message', (message: Message) => {
    if ('isReady' in message) return
    const own = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.plan === undefined) own?.reject(new Error(message.error ?? 'no plan'))
    else own?.resolve(JSON.parse(message.plan))
  })
  return {
    get isGone() {
      return isGone
    },
    plan(request) {
      lastId += 1
      const id = lastId
      const deadline = setTimeout(() => {
        if (waiting.has(id)) void worker.terminate()
      }, PLAN_TIMEOUT_MS)
      return new Promise<QueryPlan>((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        worker.postMessage({ id, ...request })
      }).finally(() => clearTimeout(deadline))
    },
    async stop() {
      await worker.terminate()
    },
  }
}

/** @throws UnknownPlan */
function readApolloPlan({ node }: QueryPlan): Plan {
  if (node === undefined) return { node: null }
  if (node.kind === 'Subscription') throw new UnknownPlan('subscription')
  return { node: readNode(node) }
}

function readNode(node: ApolloNode): PlanNode {
  switch (node.kind) {
    case 'Fetch':
      return readFetch(node)
    case 'Flatten':
      return { kind: 'Flatten', path: node.path.map(readElement), node: readNode(node.node) }
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, nodes: node.nodes.map(readNode) }
    case 'Condition':
      return {
        kind: 'Condition',
        variable: node.condition,
        whenOn: node.ifClause === undefined ? null : readNode(node.ifClause),
        whenOff: node.elseClause === undefined ? null : readNode(node.elseClause),
      }
    default:
      throw new UnknownPlan(String(node.kind).toLowerCase())
  }
}

function readFetch(fetch: ApolloFetch): FetchNode {
  if (fetch.contextRewrites !== undefined && fetch.contextRewrites.length > 0) {
    throw new UnknownPlan('context')
  }
  const { serviceName: subgraph, operation, variableUsages = [], outputRewrites = [] } = fetch
  const outputs = outputRewrites.map(readRewrite)
  const common = { kind: 'Fetch', subgraph, operation, variables: variableUsages } as const
  if (fetch.requires === undefined) return { ...common, entities: null, outputRewrites: outputs }
  if (variableUsages.includes('representations')) {
    throw new UnknownPlan('variable-named-representations')
  }
  const request: EntityRequest = {
    alias: '_entities',
    variable: 'representations',
    paths: [[]],
    requires: fetch.requires.map(readRequired),
    inputRewrites: (fetch.inputRewrites ?? []).map(readRewrite),
    outputRewrites: outputs,
  }
  return { ...common, entities: [request], outputRewrites: [] }
}

function readElement(element: string | number): PathElement {
  if (typeof element === 'string') return element
  throw new UnknownPlan('index-in-path')
}

function readRequired(node: QueryPlanSelectionNode): RequiredSelection {
  if (node.kind === 'Field') {
    const selections = node.selections?.map(readRequired) ?? null
    const name = node.alias ?? node.name
    return { kind: 'Field', name, as: name, selections }
  }
  return {
    kind: 'Fragment',
    type: node.typeCondition || null,
    skipIf: null,
    includeIf: null,
    selections: node.selections.map(readRequired),
  }
}

const TYPE_PREFIX = '... on '

function readRewrite(rewrite: FetchDataRewrite): PlanRewrite {
  const path = rewrite.path.map((element) =>
    element.startsWith(TYPE_PREFIX) ? [element.slice(TYPE_PREFIX.length)] : element,
  )
  return rewrite.kind === 'ValueSetter'
    ? { kind: 'SetValue', path, value: rewrite.setValueTo }
    : { kind: 'Rename', path, to: rewrite.renameKeyTo }
}
