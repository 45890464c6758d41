// Compiles a fetch of root fields: its body, and where the answer goes.
import type { GraphQLFormattedError } from 'graphql'
import { type DataSource, mayRepeat, type SubgraphAnswer } from '../subgraph/data-source.ts'
import { compileAskedFields } from './asked-fields.ts'
import { objectsAt, placesOf } from './cursor.ts'
import { type Data, isInherited, ownValue, toJson } from './data.ts'
import type { Merge } from './merge.ts'
import type { PlannedVariables } from './planned-operation.ts'
import { compileErrorNames } from './planner-names.ts'
import type { FetchNode, PlanPath } from './planners/plan.ts'
import { compileRewrites } from './rewrite.ts'
import type { Run } from './run.ts'
import { isLiteralsName } from './shared-literals.ts'
import type { Step } from './step.ts'
import type { IsOfType } from './types.ts'

export interface FetchOptions {
  readonly fetch: FetchNode
  readonly path: PlanPath
  readonly source: DataSource
  readonly isOfType: IsOfType
  readonly variables: PlannedVariables
  readonly merge: Merge
}

export function compileFetch({
  fetch,
  path,
  source,
  isOfType,
  variables,
  merge,
}: FetchOptions): Step {
  const writeBody = compileBody(fetch, variables)
  const isRepeatable = mayRepeat(fetch.operation)
  const rewrite = compileRewrites(fetch.outputRewrites, isOfType)
  const asked = compileAskedFields(fetch)
  const rename = compileErrorNames(fetch.outputRewrites)

  return function fetchRoot(run) {
    const targets = path.length === 0 ? [run.data] : objectsAt(run, [path], isOfType).objects
    if (targets.length === 0) return
    return source.send(writeBody(run, []), run.context, isRepeatable).then(
      (answer) => take(run, targets, answer),
      (error: unknown) => run.addError(error),
    )
  }

  function take(run: Run, targets: readonly Data[], answer: SubgraphAnswer): void {
    const { data, errors, isPlain = false } = answer
    if (!isPlain) run.isPlain = false
    if (errors !== undefined) tell(run, targets, errors.map(rename))
    if (data === null) {
      // One error may take all of an answer: what was asked for beside it is null for the same reason.
      for (const target of targets) markNull(target)
      return
    }
    rewrite?.(data)
    for (const target of targets) merge(target, data, asked)
  }

  /** Below the root an error is told wherever an object stands that leads back to it. */
  function tell(
    run: Run,
    targets: readonly Data[],
    errors: readonly GraphQLFormattedError[],
  ): void {
    const places =
      path.length === 0
        ? [[]]
        : [...placesOf(run, [path], { wanted: new Set(targets), isOfType }).values()].flat()
    for (const error of errors) {
      if (run.isFullOfErrors) return
      const { path: own } = error
      if (own === undefined) run.addError(error)
      else for (const place of places) run.addError({ ...error, path: [...place, ...own] })
    }
  }

  function markNull(target: Data): void {
    for (const name of asked.keys()) {
      if (name !== '__typename' && ownValue(target, name) === undefined) target[name] = null
    }
  }
}

/** @param representations lists of JSON texts, in the order of the fetch's own variables */
export type WriteBody = (run: Run, representations: readonly (readonly string[])[]) => string

/** The body of a request: all that does not change is JSON already. */
export function compileBody(
  { operation, variables: names }: FetchNode,
  { clientName, defaults }: PlannedVariables,
  lists: readonly string[] = [],
): WriteBody {
  const head = `{"query":${JSON.stringify(operation)},"variables":{`
  const empty = `${head}}}`
  const sent = names.map((name) => ({
    literal: isLiteralsName(name) ? name : null,
    name: clientName(name),
    isInherited: isInherited(clientName(name)),
    key: `${JSON.stringify(name)}:`,
    byDefault: ownValue(defaults, name),
  }))
  const listKeys = lists.map((name) => `${JSON.stringify(name)}:[`)

  return function writeBody(run, representations) {
    if (sent.length === 0 && listKeys.length === 0) return empty
    let text = head
    let separator = ''
    for (const { literal, name, isInherited, key, byDefault } of sent) {
      if (literal !== null) {
        text += separator + key + run.literals[literal]
        separator = ','
        continue
      }
      const given = isInherited ? ownValue(run.variables, name) : run.variables[name]
      const value = given === undefined ? byDefault : given
      if (value === undefined) continue
      text += separator + key + toJson(value)
      separator = ','
    }
    for (let index = 0; index < listKeys.length; index += 1) {
      text += `${separator}${listKeys[index]}${representations[index]?.join(',') ?? ''}]`
      separator = ','
    }
    return `${text}}}`
  }
}
