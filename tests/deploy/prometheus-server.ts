// A Prometheus of a test's own, on a free port, that scrapes a running gateway and auth: Debian's package `prometheus` brings it.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from '../free-ports.ts'

export interface Scraped {
  readonly job: string
  readonly url: string
}

export interface PrometheusServer {
  /** How many series a query returns now. @throws Error for one that Prometheus does not understand */
  countOf(query: string): Promise<number>
  /** Alerts of the rules, by their health as Prometheus sees it. */
  rules(): Promise<readonly { readonly name: string; readonly health: string }[]>
  stop(): Promise<void>
}

/** @throws Error when it is not installed: these tests are never skipped */
export async function startPrometheus(
  scraped: readonly Scraped[],
  ruleFile: string,
): Promise<PrometheusServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-prometheus-'))
  const config = join(folder, 'prometheus.json')
  // YAML takes JSON.
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [resolve(ruleFile)],
      scrape_configs: scraped.map(({ job, url }) => ({
        job_name: job,
        static_configs: [{ targets: [new URL(url).host] }],
      })),
    }),
  )
  const url = `http://127.0.0.1:${await freePort()}`
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
    ],
    { stdio: 'ignore' },
  )
  await isReady(url, child)

  async function ask<T>(path: string): Promise<T> {
    const answer = (await (await fetch(`${url}/api/v1/${path}`)).json()) as {
      readonly status: string
      readonly error?: string
      readonly data: T
    }
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`)
    return answer.data
  }

  return {
    async countOf(query) {
      const { result } = await ask<{ result: unknown[] }>(
        `query?query=${encodeURIComponent(query)}`,
      )
      return result.length
    },
    async rules() {
      const { groups } = await ask<{ groups: { rules: { name: string; health: string }[] }[] }>(
        'rules',
      )
      return groups.flatMap(({ rules }) => rules)
    },
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function isReady(url: string, child: ChildProcess): Promise<void> {
  let failure: Error | null = null
  child.once('error', (cause) => {
    failure = new Error('install prometheus (apt-get install prometheus)', { cause })
  })
  child.once('exit', () => {
    failure ??= new Error('prometheus ended before it was ready')
  })
  const isUp = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isUp())) {
    if (failure !== null) throw failure
    await sleep(100)
  }
}

/** @returns what it printed. @throws Error with that when it fails */
export async function promtool(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('promtool', args)
  return stdout
}
