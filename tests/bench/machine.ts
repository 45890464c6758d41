// What a raw result says of how it was come by: the command, the commit and the machine.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { versionOf } from './node-24.ts'

export interface RunDescription {
  /** As it was typed, without paths of this machine. */
  readonly command: string
  readonly node: string
}

export function describeRun({ command, node }: RunDescription): string {
  const git = (...args: string[]) => spawnSync('git', args, { encoding: 'utf8' }).stdout.trim()
  const isChanged = git('status', '--porcelain', '--untracked-files=no') !== ''
  return [
    `command: ${command}`,
    `commit: ${git('rev-parse', '--short', 'HEAD')}${isChanged ? ' with changes' : ''}`,
    `machine: ${cpus().length} cores of ${cpuModel()}, Linux; load average before: ${loadBefore()}`,
    `gateways on Node ${versionOf(node)}, load and subgraphs on Node ${process.version}`,
    `date: ${new Date().toISOString().slice(0, 10)}`,
  ].join('\n')
}

export function cpuModel(): string {
  return /^model name\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown'
}

function loadBefore(): string {
  return loadavg()
    .map((one) => one.toFixed(1))
    .join(', ')
}
