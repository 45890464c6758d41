// The gateway's own subgraph is sealed: no other declares a type, an input or a root field of it.

import { isOwnSubgraph } from './config.ts'
import type { SubgraphDocument } from './subgraph-document.ts'

export function checkSealedGateway(
  { config, document, types }: SubgraphDocument,
  all: readonly SubgraphDocument[],
): readonly string[] {
  const own = all.find((one) => isOwnSubgraph(one.config))
  if (own === undefined || isOwnSubgraph(config)) return []
  const ownRoots = new Map([...own.types.values()].map((type) => [type.name, type]))
  const names = new Set(
    own.document.definitions.flatMap((one) =>
      'name' in one && one.name !== undefined && ownRoots.get(one.name.value)?.root == null
        ? [one.name.value]
        : [],
    ),
  )
  const declared = document.definitions.flatMap((one) =>
    'name' in one && one.name !== undefined && names.has(one.name.value) ? [one.name.value] : [],
  )
  const roots = [...types.values()].filter(({ root }) => root !== null)
  return [
    ...declared.map((name) => `${config.name}: ${name}: only the gateway itself can declare it`),
    ...roots.flatMap((type) =>
      [...type.fields.values()]
        .filter(({ name }) => ownRoots.get(type.name)?.fields.has(name))
        .map(
          ({ coordinate }) =>
            `${config.name}: ${coordinate}: a root field of the gateway cannot be answered elsewhere`,
        ),
    ),
  ]
}
