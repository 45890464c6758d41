// Compiles a fetch of root fields: its body, and where the answer goes.
import type { FetchNode } from '@apollo/query-planner'
import type { DataSource, SubgraphAnswer } from '../data-source.ts'
import { compileAskedFields } from './asked-fields.ts'
import { objectsAt, type PlanPath } from './cursor.ts'
import { type Data, isInherited, merge, ownValue, toJson } from './data.ts'
import { compileRewrites } from './rewrite.ts'
import type { Run } from './run.ts'
import type { Step } from './step.ts'
import type { IsOfType } from './types.ts'

export interface FetchOptions {
  readonly fetch: FetchNode
  readonly path: PlanPath
  readonly source: DataSource
  readonly isOfType: IsOfType
}

export function compileFetch({ fetch, path, source, isOfType }: FetchOptions): Step {
  const writeBody = compileBody(fetch)
  const rewrite = compileRewrites(fetch.outputRewrites, isOfType)
  const asked = compileAskedFields(fetch)

  return function fetchRoot(run) {
    const targets = path.length === 0 ? [run.data] : objectsAt(run, path).objects
    if (targets.length === 0) return
    return source.send(writeBody(run, null), run.context).then(
      (answer) => take(run, targets, answer),
      (error: unknown) => run.addError(error),
    )
  }

  function take(run: Run, targets: readonly Data[], { data, errors }: SubgraphAnswer): void {
    for (const error of errors ?? []) {
      run.addError(error.path ? { ...error, path: [...path, ...error.path] } : error)
    }
    if (data === null) return
    rewrite?.(data)
    for (const target of targets) merge(target, data, asked)
  }
}

export type WriteBody = (run: Run, representations: readonly string[] | null) => string

/** The body of a request: all that does not change is JSON already. */
export function compileBody({ operation, variableUsages = [] }: FetchNode): WriteBody {
  const head = `{"query":${JSON.stringify(operation)},"variables":{`
  const empty = `${head}}}`
  const variables = variableUsages.map((name) => ({
    name,
    isInherited: isInherited(name),
    key: `${JSON.stringify(name)}:`,
  }))

  return function writeBody(run, representations) {
    if (variables.length === 0 && representations === null) return empty
    let text = head
    let separator = ''
    for (const { name, isInherited, key } of variables) {
      const value = isInherited ? ownValue(run.variables, name) : run.variables[name]
      if (value === undefined) continue
      text += separator + key + toJson(value)
      separator = ','
    }
    if (representations === null) return `${text}}}`
    return `${text}${separator}"representations":[${representations.join(',')}]}}`
  }
}
