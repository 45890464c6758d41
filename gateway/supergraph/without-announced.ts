// What can be composed where nobody listens: what a subgraph that announces itself is, running gateways hear and judge.
import type { SupergraphConfig } from './config.ts'

export interface WithoutAnnounced {
  readonly config: SupergraphConfig
  /** By name. */
  readonly leftOut: readonly string[]
}

export function withoutAnnounced(config: SupergraphConfig): WithoutAnnounced {
  const isHere = ({ announced }: SupergraphConfig['subgraphs'][number]) => announced === null
  return {
    config: { ...config, subgraphs: config.subgraphs.filter(isHere) },
    leftOut: config.subgraphs.filter((one) => !isHere(one)).map(({ name }) => name),
  }
}
