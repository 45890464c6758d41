// The result as a table: ratios to plain Apollo of the same run, and what stands behind them.

/** One window of load. */
export interface Measure {
  readonly gateway: string
  readonly operation: string
  readonly repeat: number
  readonly perSecond: number
  readonly cpuMsPerRequest: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly residentMb: number
  readonly fetchesPerRequest: number
  /** Share of its core that the gateway used. */
  readonly gatewayCore: number
  /** Share of its core that load generator and subgraphs used. */
  readonly loadCore: number
}

/** A Markdown table for each operation. */
export function tableOf(
  measures: readonly Measure[],
  { gateways, operations }: { gateways: readonly string[]; operations: readonly string[] },
): string {
  return operations
    .map((operation) => {
      const rows = gateways.map((gateway) => rowOf(measures, gateway, operation))
      return [`### ${operation}`, '', header, ruler, ...rows].join('\n')
    })
    .join('\n\n')
}

const columns = [
  'gateway',
  'times plain (min to max)',
  'share of limit',
  'times plain by CPU',
  'share of limit by CPU',
  'requests/s',
  'CPU ms',
  'p50 ms',
  'p99 ms',
  'memory MB',
  'fetches',
  'load core',
]
const header = `| ${columns.join(' | ')} |`
const ruler = `| --- |${' ---: |'.repeat(columns.length - 1)}`

function rowOf(measures: readonly Measure[], gateway: string, operation: string): string {
  const all = measures.filter((one) => one.operation === operation)
  const own = all.filter((one) => one.gateway === gateway)
  if (own.length === 0) return `| ${gateway} |${' – |'.repeat(columns.length - 1)}`
  const middle = (read: (one: Measure) => number) => median(own.map(read))
  const cells = [
    gateway,
    ratiosTo('apollo', own, all),
    shareOf('limit', own, all),
    ratioByCpu('apollo', own, all),
    shareByCpu('limit', own, all),
    middle((one) => one.perSecond).toFixed(0),
    middle((one) => one.cpuMsPerRequest).toFixed(3),
    middle((one) => one.p50Ms).toFixed(1),
    middle((one) => one.p99Ms).toFixed(1),
    middle((one) => one.residentMb).toFixed(0),
    middle((one) => one.fetchesPerRequest).toFixed(1),
    `${(100 * middle((one) => one.loadCore)).toFixed(0)} %`,
  ]
  return `| ${cells.join(' | ')} |`
}

/** Each window against the peer's window of the same repeat. */
function ratiosTo(peer: string, own: readonly Measure[], all: readonly Measure[]): string {
  const ratios = ratiosOf(peer, own, all)
  if (ratios.length === 0) return '–'
  const [low = 0] = ratios
  const high = ratios.at(-1) ?? 0
  return `**${median(ratios).toFixed(2)}** (${low.toFixed(2)} to ${high.toFixed(2)})`
}

function shareOf(peer: string, own: readonly Measure[], all: readonly Measure[]): string {
  const ratios = ratiosOf(peer, own, all)
  return ratios.length === 0 ? '–' : `${(100 * median(ratios)).toFixed(0)} %`
}

function ratioByCpu(peer: string, own: readonly Measure[], all: readonly Measure[]): string {
  return byCpu(peer, own, all)?.toFixed(2) ?? '–'
}

function shareByCpu(peer: string, own: readonly Measure[], all: readonly Measure[]): string {
  const share = byCpu(peer, own, all)
  return share === null ? '–' : `${(100 * share).toFixed(0)} %`
}

/** Requests for one second of the gateway's CPU: what others do on the machine counts for less here. */
function byCpu(peer: string, own: readonly Measure[], all: readonly Measure[]): number | null {
  const ofPeer = all.filter(({ gateway }) => gateway === peer).map((one) => one.cpuMsPerRequest)
  if (ofPeer.length === 0) return null
  return median(ofPeer) / median(own.map((one) => one.cpuMsPerRequest))
}

function ratiosOf(peer: string, own: readonly Measure[], all: readonly Measure[]): number[] {
  return own
    .flatMap((one) => {
      const other = all.find(({ gateway, repeat }) => gateway === peer && repeat === one.repeat)
      return other === undefined ? [] : [one.perSecond / other.perSecond]
    })
    .sort((one, other) => one - other)
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
