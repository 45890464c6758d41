// Each contestant beside one peer, window by window of the same repeat: what is small enough to drown in other figures.
import { type Measure, median } from './report.ts'

export interface PairsOptions {
  /** With whom the others are compared. */
  readonly against: string
  readonly gateways: readonly string[]
  readonly operations: readonly string[]
}

const header = '| gateway | operation | CPU of a request: median (lowest to highest) | pairs |'

/** A Markdown table. 1.00: as much as the peer; 1.05: a twentieth more. */
export function pairsTable(measures: readonly Measure[], options: PairsOptions): string {
  const { against, gateways, operations } = options
  const rows = operations.flatMap((operation) =>
    gateways
      .filter((gateway) => gateway !== against)
      .flatMap((gateway) => {
        const ratios = ratiosOf(measures, { against, gateway, operation })
        if (ratios.length === 0) return []
        const [low = 0] = ratios
        const shown = [median(ratios), low, ratios.at(-1) ?? 0].map((ratio) => ratio.toFixed(3))
        return [
          `| ${gateway} | ${operation} | **${shown[0]}** (${shown[1]} to ${shown[2]}) | ${ratios.length} |`,
        ]
      }),
  )
  return [`### Times ${against}`, '', header, '| --- | --- | ---: | ---: |', ...rows].join('\n')
}

function ratiosOf(
  measures: readonly Measure[],
  {
    against,
    gateway,
    operation,
  }: { readonly against: string; readonly gateway: string; readonly operation: string },
): number[] {
  const of = (name: string) =>
    measures.filter((one) => one.gateway === name && one.operation === operation)
  const peers = new Map(of(against).map((one) => [one.repeat, one.cpuMsPerRequest]))
  return of(gateway)
    .flatMap(({ repeat, cpuMsPerRequest }) => {
      const peer = peers.get(repeat)
      return peer === undefined ? [] : [cpuMsPerRequest / peer]
    })
    .sort((one, other) => one - other)
}
