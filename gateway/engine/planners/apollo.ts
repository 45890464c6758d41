// The query planner of Apollo over one supergraph, in a thread of its own.
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
import { startApolloThread } from './apollo-thread.ts'
import { createHasClash } from './clashing-requires.ts'
import { readJoined } from './joined.ts'
import { createMendFetches } from './mend-fetches.ts'
import { mendKeys } from './mend-keys.ts'
import { mendSent } from './mend-sent.ts'
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
import { isMutation, serialMutations } from './serial-mutations.ts'

/** @throws Error when the supergraph is not valid, or asks for what the planner does not know */
export async function createApolloPlanner(supergraphSdl: string, program?: URL): Promise<Planner> {
  const document = await inSlices(parseSupergraph(supergraphSdl))
  const schema = await inSlices(apiSchemaInPieces(document))
  const hasClash = createHasClash(document, schema)
  const joined = readJoined(document)
  const findFault = createFindFault(joined)
  const labels = readOverrideLabels(document)
  const mendFetches = await inSlices(createMendFetches(document))
  const thread = await startApolloThread(supergraphSdl, program)
  return {
    schema,
    overridePercentages: labels.thresholds,
    namesFetches: true,
    async plan({ document: operation, text, operationName }, percentage) {
      if (hasClash(operation)) {
        const detail = 'two of its fields require another with different arguments'
        throw new UnsupportedOperation('REQUIRED_WITH_OTHER_ARGUMENTS', detail)
      }
      const overrides = labels.at(percentage)
      const { node } = readApolloPlan(await thread.plan({ text, operationName, overrides }))
      const plan = { node: node === null ? null : mendKeys(node, joined) }
      const fault = findFault(plan, operation)
      const mended = fault === null || plan.node === null ? plan.node : mendSent(plan.node, joined)
      if (fault !== null && findFault({ node: mended }, operation) !== null) throw fault
      const whole = mended === null ? null : mendFetches(mended)
      return { node: whole !== null && isMutation(operation) ? serialMutations(whole) : whole }
    },
    stop: () => thread.stop(),
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
