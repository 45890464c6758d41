// Reads a plan of Hive's planner, strictly: what is unknown is an error, as a part that is passed over would be missing in the answer.
import {
  type EntityRequest,
  type FetchNode,
  type PathElement,
  type Plan,
  type PlanNode,
  type PlanPath,
  type PlanRewrite,
  type RequiredSelection,
  UnknownPlan,
} from './plan.ts'

type Raw = Readonly<Record<string, unknown>>

/** @throws UnknownPlan */
export function readHivePlan(plan: unknown): Plan {
  const { kind, node } = objectOf(plan, 'plan')
  if (kind !== 'QueryPlan') throw new UnknownPlan('plan')
  return { node: isAbsent(node) ? null : readNode(node) }
}

function readNode(value: unknown): PlanNode {
  const node = objectOf(value, 'node')
  switch (node.kind) {
    case 'Fetch':
      return readFetch(node)
    case 'BatchFetch':
      return readBatchFetch(node)
    case 'Flatten':
      return { kind: 'Flatten', path: readPath(node.path), node: readNode(node.node) }
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, nodes: listOf(node.nodes, 'nodes').map(readNode) }
    case 'Condition':
      return {
        kind: 'Condition',
        variable: textOf(node.condition, 'condition'),
        whenOn: isAbsent(node.ifClause) ? null : readNode(node.ifClause),
        whenOff: isAbsent(node.elseClause) ? null : readNode(node.elseClause),
      }
    default:
      throw new UnknownPlan(String(node.kind).toLowerCase())
  }
}

function readFetch(node: Raw): FetchNode {
  const outputRewrites = optionalList(node.outputRewrites, 'outputRewrites').map(readRewrite)
  if (isAbsent(node.requires)) return { ...readCommon(node), entities: null, outputRewrites }
  const request: EntityRequest = {
    alias: '_entities',
    variable: 'representations',
    paths: [[]],
    requires: readSelections(node.requires),
    inputRewrites: optionalList(node.inputRewrites, 'inputRewrites').map(readRewrite),
    outputRewrites,
  }
  return readEntities(node, [request])
}

function readBatchFetch(node: Raw): FetchNode {
  const { aliases } = objectOf(node.entityBatch, 'entityBatch')
  return readEntities(node, listOf(aliases, 'aliases').map(readAlias))
}

function readAlias(value: unknown): EntityRequest {
  const alias = objectOf(value, 'alias')
  return {
    alias: textOf(alias.alias, 'alias'),
    variable: textOf(alias.representationsVariableName, 'representationsVariableName'),
    paths: listOf(alias.paths, 'paths').map(readPath),
    requires: readSelections(alias.requires),
    inputRewrites: optionalList(alias.inputRewrites, 'inputRewrites').map(readRewrite),
    outputRewrites: optionalList(alias.outputRewrites, 'outputRewrites').map(readRewrite),
  }
}

/** The planner names its lists of representations without looking at the client's variables. */
function readEntities(node: Raw, entities: readonly EntityRequest[]): FetchNode {
  const common = readCommon(node)
  const taken = entities.some(({ variable }) => common.variables.includes(variable))
  if (taken) throw new UnknownPlan('variable-named-representations')
  return { ...common, entities, outputRewrites: [] }
}

function readCommon(node: Raw) {
  const kind = node.operationKind ?? 'query'
  if (kind !== 'query' && kind !== 'mutation') throw new UnknownPlan(`${String(kind)}-fetch`)
  return {
    kind: 'Fetch',
    subgraph: textOf(node.serviceName, 'serviceName'),
    operation: textOf(node.operation, 'operation'),
    variables: optionalList(node.variableUsages, 'variableUsages').map((name) =>
      textOf(name, 'variable'),
    ),
  } as const
}

function readPath(value: unknown): PlanPath {
  return listOf(value, 'path').map((segment): PathElement => {
    if (segment === '@') return '@'
    const { Field: field, TypeCondition: types } = objectOf(segment, 'path')
    if (typeof field === 'string') return field
    return listOf(types, 'path').map((type) => textOf(type, 'type'))
  })
}

function readSelections(value: unknown): readonly RequiredSelection[] {
  return listOf(value, 'requires').map((selection): RequiredSelection => {
    const node = objectOf(selection, 'requires')
    if (node.kind === 'Field') {
      const name = textOf(node.name, 'field')
      const as = isAbsent(node.alias) ? name : textOf(node.alias, 'field')
      const selections = isAbsent(node.selections) ? null : readSelections(node.selections)
      return { kind: 'Field', name, as, selections }
    }
    if (node.kind !== 'InlineFragment') throw new UnknownPlan('requires')
    return {
      kind: 'Fragment',
      type: textOf(node.typeCondition, 'type'),
      skipIf: isAbsent(node.skipIf) ? null : textOf(node.skipIf, 'skipIf'),
      includeIf: isAbsent(node.includeIf) ? null : textOf(node.includeIf, 'includeIf'),
      selections: readSelections(node.selections),
    }
  })
}

function readRewrite(value: unknown): PlanRewrite {
  const rewrite = objectOf(value, 'rewrite')
  const { ValueSetter: setter, KeyRenamer: renamer } = rewrite
  if (!isAbsent(renamer)) {
    const { path, renameKeyTo } = objectOf(renamer, 'rewrite')
    return { kind: 'Rename', path: readRewritePath(path), to: textOf(renameKeyTo, 'renameKeyTo') }
  }
  // One kind comes flat as well, where the addon's own types say "why sometimes?".
  const isFlat = rewrite.kind === 'ValueSetter'
  const { path, setValueTo } = isFlat ? rewrite : objectOf(setter, 'rewrite')
  return { kind: 'SetValue', path: readRewritePath(path), value: textOf(setValueTo, 'setValueTo') }
}

function readRewritePath(value: unknown): PlanPath {
  return listOf(value, 'rewrite-path').map((segment): PathElement => {
    const { Key: key, TypenameEquals: types } = objectOf(segment, 'rewrite-path')
    if (typeof key === 'string') return key
    return listOf(types, 'rewrite-path').map((type) => textOf(type, 'type'))
  })
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined
}

function objectOf(value: unknown, what: string): Raw {
  if (typeof value !== 'object' || value === null) throw new UnknownPlan(what)
  return value as Raw
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new UnknownPlan(what)
  return value
}

function optionalList(value: unknown, what: string): readonly unknown[] {
  return isAbsent(value) ? [] : listOf(value, what)
}

function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new UnknownPlan(what)
  return value
}
