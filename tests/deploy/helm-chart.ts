// The chart in deploy/helm, rendered by Helm itself. `.ci/servers.sh` says how it is installed.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import type { Kind, Kinds } from './kubernetes-kinds.ts'

const CHART = 'deploy/helm/sallyport'
/** Helm, built from its module, takes a very old cluster for granted. */
const CLUSTER = '1.30.0'

export type Manifests = { readonly [K in Kind]: readonly Kinds[K][] }

/** @throws Error with what Helm said of the values or the templates */
export async function lintChart(values: object): Promise<string> {
  return await withValues(values, (file) => helm('lint', '--strict', CHART, '--values', file))
}

/** @throws Error with what Helm said of the values or the templates */
export async function renderChart(values: object): Promise<Manifests> {
  const text = await withValues(values, (file) =>
    helm('template', 'shop', CHART, '--kube-version', CLUSTER, '--values', file),
  )
  const all = parseAllDocuments(text).map((document) => document.toJS() as { kind: Kind })
  const found: Record<Kind, unknown[]> = {
    Deployment: [],
    HorizontalPodAutoscaler: [],
    Job: [],
    NetworkPolicy: [],
    PodDisruptionBudget: [],
    Service: [],
    ServiceMonitor: [],
    StatefulSet: [],
  }
  for (const manifest of all) found[manifest.kind].push(manifest)
  return found as unknown as Manifests
}

async function withValues<T>(values: object, work: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-chart-'))
  const file = join(folder, 'values.json')
  writeFileSync(file, JSON.stringify(values))
  try {
    return await work(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function helm(...args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)('helm', args, { maxBuffer: 16 * 1024 * 1024 })).stdout
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string }
    if (code === 'ENOENT') throw new Error('install Helm (.ci/servers.sh)', { cause: error })
    throw new Error(`${stdout}${stderr}`, { cause: error })
  }
}
