// The dashboard and the alerts in deploy/: every query finds something in a real Prometheus that scrapes a gateway with load, every
// alert fires where it should and leads to its section of docs/runbooks.md.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type Stack, startStack } from '../harness.ts'
import { familiesOf, readMetricsText } from '../metrics-text.ts'
import { registerPerson } from '../people.ts'
import { type PrometheusServer, promtool, startPrometheus } from './prometheus-server.ts'

const RULES = 'deploy/prometheus/alerts.yaml'
const RULE_TESTS = 'deploy/prometheus/alerts.test.yaml'

interface Panel {
  readonly title: string
  readonly targets?: readonly { readonly expr: string }[]
}
interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly runbook_url: string }
}

const { panels } = JSON.parse(readFileSync('deploy/grafana/sallyport.json', 'utf8')) as {
  readonly panels: readonly Panel[]
}
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, query: expr.replaceAll('$__rate_interval', '30s') })),
)
const rules = (
  parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules)

describe('with a gateway that has load', () => {
  let stack: Stack
  let prometheus: PrometheusServer
  let load: Promise<void>
  let isOver = false

  beforeAll(async () => {
    stack = await startStack({
      reviews: true,
      env: {
        AUTH_ADMIN_PORT: '0',
        // Nobody listens there: what waits for it is seen.
        WEBHOOK_URLS: 'billing=https://127.0.0.1:9/',
        WEBHOOK_SECRETS: `billing=whsec_${randomBytes(32).toString('base64')}`,
      },
    })
    const person = await registerPerson(stack)
    const deep = `{ ${'viewer { user { '.repeat(30)} id ${'} }'.repeat(30)} }`
    const round = async () => {
      await stack.client.send('{ viewer { kind } products(first: 2) { edges { cursor } } }')
      await stack.client.send('{ viewer { user { id } } }', {}, person.headers)
      await stack.client.send('{ viewer { kind } }', {}, { authorization: 'Bearer nonsense' })
      await stack.client.send(
        'mutation { refresh(input: { refreshToken: "srt_x" }) { __typename } }',
      )
      await stack.client.send(deep)
    }
    load = (async () => {
      while (!isOver) {
        await round()
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    })()
    prometheus = await startPrometheus(
      [
        { job: 'sallyport-gateway', url: stack.gateways[0]?.adminUrl ?? '' },
        { job: 'sallyport-auth', url: stack.auths[0]?.adminUrl ?? '' },
      ],
      RULES,
    )
  })
  afterAll(async () => {
    isOver = true
    await load
    await prometheus?.stop()
    await stack?.stop()
  })

  test('there is a dashboard', () => {
    expect(queries.length).toBeGreaterThan(30)
  })

  test.each(queries)('$title: $query', async ({ query }) => {
    await expect.poll(() => prometheus.countOf(query), { timeout: 60_000 }).toBeGreaterThan(0)
  })

  test('Prometheus evaluates every rule', async () => {
    const healths = async () =>
      new Map((await prometheus.rules()).map((one) => [one.name, one.health]))
    await expect
      .poll(async () => [...new Set((await healths()).values())], { timeout: 60_000 })
      .toEqual(['ok'])
    expect([...(await healths()).keys()]).toEqual(rules.map(({ alert }) => alert))
  })

  test('every metric in a rule is one that gateway or auth exposes, and has the labels that are asked for', async () => {
    const urls = [stack.gateways[0]?.adminUrl ?? '', stack.auths[0]?.adminUrl ?? '']
    const texts = await Promise.all(urls.map(readMetricsText))
    const labels = new Map<string, Set<string>>()
    for (const text of texts) {
      for (const [name, found] of familiesOf(text))
        labels.set(name, new Set([...(labels.get(name) ?? []), ...found]))
    }
    for (const { alert, expr } of rules) {
      for (const [, name = '', selector = ''] of expr.matchAll(
        /\b((?:sallyport|process)_\w+)(?:\{([^}]*)\})?/g,
      )) {
        const known = labels.get(name.replace(/_bucket$/, ''))
        expect([alert, name, known !== undefined]).toEqual([alert, name, true])
        const asked = [...selector.matchAll(/(\w+)[!=]/g)].map(([, label = '']) => label)
        expect(asked.filter((label) => label !== 'job' && !known?.has(label))).toEqual([])
      }
    }
  })
})

describe('the alerts', () => {
  test('promtool takes the rules, and its tests pass', async () => {
    expect(await promtool('check', 'rules', RULES)).toContain(
      `SUCCESS: ${rules.length} rules found`,
    )
    expect(await promtool('test', 'rules', RULE_TESTS)).toContain('SUCCESS')
  })

  test('each fires in a test of its own, alone, and none fires while all is well', () => {
    const { tests } = parse(readFileSync(RULE_TESTS, 'utf8')) as {
      tests: { promql_expr_test: { exp_samples: { labels: string }[] }[] }[]
    }
    const fired = tests.map(({ promql_expr_test: [only] }) =>
      (only?.exp_samples ?? []).map(({ labels }) => /"(\w+)"/.exec(labels)?.[1]),
    )
    expect(fired[0]).toEqual([])
    expect(fired.slice(1)).toEqual(rules.map(({ alert }) => [alert]))
  })

  test('a panel that the runbooks name is on the dashboard', () => {
    const titles = new Set(panels.map(({ title }) => title))
    const page = readFileSync('docs/runbooks.md', 'utf8')
    const named = [...page.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title)
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((title) => !titles.has(title))).toEqual([])
  })

  test('each links to its section of the runbooks, which says what to look at and what to do', () => {
    const page = readFileSync('docs/runbooks.md', 'utf8')
    const sections = page.split(/^## /m).slice(1)
    expect(sections.map((section) => section.split('\n')[0])).toEqual(
      rules.map(({ alert }) => alert),
    )
    for (const [place, { alert, labels, annotations }] of rules.entries()) {
      expect(annotations.runbook_url).toBe(`docs/runbooks.md#${alert.toLowerCase()}`)
      const severity = `${labels.severity[0]?.toUpperCase()}${labels.severity.slice(1)}`
      for (const words of [`**${severity}.** `, '**Look at:** ', '**Do:** ']) {
        expect(sections[place]).toContain(words)
      }
    }
  })
})
