// Labels of progressive `@override`, and from which share of the requests on each holds: `percent(20)` for the first twenty of a
// hundred. Labels of other kinds are switched on by nobody here.
import { type DocumentNode, Kind } from 'graphql'
import { readArguments } from '../../supergraph/links.ts'

const PERCENT = /^percent\((\d{1,3}(?:\.\d{1,20})?)\)$/

export interface OverrideLabels {
  /** In percent and ascending, each once. */
  readonly thresholds: readonly number[]
  /** Whether each label holds for a percentage. */
  at(percentage: number): readonly (readonly [label: string, isOn: boolean])[]
}

export function readOverrideLabels({ definitions }: DocumentNode): OverrideLabels {
  const labels = new Map<string, number>()
  for (const definition of definitions) {
    const isObject = definition.kind === Kind.OBJECT_TYPE_DEFINITION
    if (!isObject && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    for (const { directives = [] } of definition.fields ?? []) {
      for (const one of directives) {
        if (one.name.value !== 'join__field') continue
        const { overrideLabel } = readArguments(one)
        if (typeof overrideLabel !== 'string') continue
        const threshold = PERCENT.exec(overrideLabel)?.[1]
        if (threshold !== undefined) labels.set(overrideLabel, Number(threshold))
      }
    }
  }
  return {
    thresholds: [...new Set(labels.values())].sort((one, other) => one - other),
    at: (percentage) => [...labels].map(([label, threshold]) => [label, percentage < threshold]),
  }
}
