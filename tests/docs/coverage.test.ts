// No example that nobody runs: each fenced block of the pages belongs to a test, or says in its info string why it has none.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Example, examplesOf } from './examples.ts'

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'claims/README.md',
  ...readdirSync('docs')
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
]

/** Page, section (`*`: all others), language, and who runs it. The first row that fits counts. */
const RUNNERS: readonly (readonly [
  page: string,
  section: string,
  language: string,
  runner: string,
])[] = [
  ['README.md', 'Start', 'sh', '.ci/run'],
  ['CONTRIBUTING.md', '*', 'sh', '.ci/run'],
  ['README.md', 'A first login', 'graphql', 'tests/docs/operations.test.ts'],
  ['docs/first-steps.md', '*', 'sh', 'tests/docs/commands.test.ts'],
  ['claims/README.md', '*', 'ts', 'tests/docs/subgraphs.test.ts'],
  ['docs/access.md', 'In a pipeline', 'yaml', 'tests/access/docs.test.ts'],
  ['docs/access.md', '*', 'sh', 'tests/access/docs.test.ts'],
  ['docs/accounts.md', '*', 'graphql', 'tests/docs/operations.test.ts'],
  ['docs/accounts.md', 'API keys', 'text', 'tests/docs/operations.test.ts'],
  ['docs/administration.md', '*', 'graphql', 'tests/docs/operations.test.ts'],
  ['docs/administration.md', 'Custom claims', 'yaml', 'tests/docs/subgraphs.test.ts'],
  ['docs/administration.md', 'Import', 'sh', 'tests/docs/commands.test.ts'],
  ['docs/administration.md', 'Import', 'json', 'tests/docs/commands.test.ts'],
  ['docs/audit.md', '*', 'graphql', 'tests/docs/operations.test.ts'],
  ['docs/audit.md', 'Whether it is whole', 'sh', 'tests/docs/commands.test.ts'],
  ['docs/erasure.md', '*', 'graphql', 'tests/docs/operations.test.ts'],
  ['docs/erasure.md', 'For subgraphs', 'yaml', 'tests/docs/subgraphs.test.ts'],
  ['docs/erasure.md', 'For subgraphs', 'ts', 'tests/docs/events.test.ts'],
  ['docs/erasure.md', 'For subgraphs', 'python', 'tests/docs/events.test.ts'],
  ['docs/events.md', 'The message', 'json', 'tests/docs/events.test.ts'],
  ['docs/events.md', 'NATS', 'nats', 'tests/postgres/nats-server.ts'],
  ['docs/events.md', 'Webhooks', 'sh', 'tests/docs/events.test.ts'],
  ['docs/events.md', 'Webhooks', 'ts', 'tests/docs/events.test.ts'],
  ['docs/events.md', 'A consumer in TypeScript', 'ts', 'tests/docs/events.test.ts'],
  ['docs/events.md', 'In another language', 'python', 'tests/docs/events.test.ts'],
  ['docs/events.md', 'Operating it', 'sh', 'tests/docs/commands.test.ts'],
  ['docs/frontends.md', 'What a deployment offers', 'json', 'tests/auth/deployment.test.ts'],
  ['docs/frontends.md', '*', 'graphql', 'tests/docs/operations.test.ts'],
  ['docs/frontends.md', '*', 'ts', 'tests/clients/docs.test.ts'],
  ['docs/frontends.md', '*', 'js', 'tests/clients/docs.test.ts'],
  [
    'docs/changing-graph.md',
    'Subgraphs that announce themselves',
    'yaml',
    'tests/gateway/announcements/announcements.test.ts',
  ],
  ['docs/changing-graph.md', 'Commands', 'sh', 'tests/operator/subgraphs.test.ts'],
  ['docs/changing-graph.md', 'Who asks for what', 'sh', 'tests/operator/subgraphs.test.ts'],
  [
    'docs/changing-graph.md',
    'Over GraphQL',
    'graphql',
    'tests/gateway/changes/administration.test.ts',
  ],
  ['docs/proxies.md', 'nginx', 'nginx', 'tests/postgres/proxy.test.ts'],
  ['docs/proxies.md', 'HAProxy', 'haproxy', 'tests/postgres/proxy.test.ts'],
  ['docs/frontends.md', 'Pages on another origin', 'yaml', 'tests/docs/subgraphs.test.ts'],
  ['docs/hooks.md', 'Hooks', 'ts', 'tests/installed.test.ts'],
  ['docs/hooks.md', 'At the gateway', 'js', 'tests/gateway/hooks.test.ts'],
  ['docs/hooks.md', 'At auth', 'js', 'tests/auth/hooks.test.ts'],
  ['docs/limits.md', '*', 'json', 'tests/gateway/operation-limits.test.ts'],
  ['docs/limits.md', 'Setting them', 'yaml', 'tests/gateway/operation-limits.test.ts'],
  ['docs/limits.md', 'Cost', 'graphql', 'tests/gateway/cost/cost.test.ts'],
  [
    'docs/in-your-repository.md',
    'What supergraph.yaml says',
    'yaml',
    'tests/gateway/joining/rules.test.ts',
  ],
  ['docs/in-your-repository.md', '*', 'sh', 'tests/installed.test.ts'],
  ['docs/mails.md', '*', 'sh', 'tests/docs/commands.test.ts'],
  ['docs/mails.md', '*', 'liquid', 'tests/docs/commands.test.ts'],
  ['docs/moving.md', '*', 'sh', 'tests/docs/moving.test.ts'],
  ['docs/moving.md', '*', 'js', 'tests/docs/moving.test.ts'],
  ['docs/moving.md', '*', 'yaml', 'tests/docs/moving.test.ts'],
  ['docs/operators.md', 'Kubernetes', 'yaml', 'tests/deploy/chart.test.ts'],
  ['docs/oauth-apps.md', '*', 'sh', 'tests/auth/oauth/apps-of-the-docs.test.ts'],
  ['docs/oauth-apps.md', 'A single-page app', 'ts', 'tests/pages/single-page-app.test.ts'],
  ['docs/oauth-apps.md', 'A server that agents call', 'ts', 'tests/auth/oauth/agents.test.ts'],
  ['docs/oauth-apps.md', '*', 'ts', 'tests/auth/oauth/apps-of-the-docs.test.ts'],
  ['docs/oauth.md', 'Clients', 'graphql', 'tests/docs/operations.test.ts'],
  ['docs/oauth.md', 'What people see', 'graphql', 'tests/docs/operations.test.ts'],
  ['docs/oauth.md', 'Scopes of your own', 'yaml', 'tests/auth/oauth/scopes.test.ts'],
  ['docs/oauth.md', 'Clients from a file', 'yaml', 'tests/auth/oauth/clients.test.ts'],
  ['docs/operators.md', 'Backups', 'ini', 'tests/postgres/backups.test.ts'],
  ['docs/operators.md', 'Backups', 'sh', 'tests/postgres/backups.test.ts'],
  ['docs/operators.md', 'Documents', 'yaml', 'tests/docs/documents.test.ts'],
  ['docs/operators.md', 'Rate limits', 'yaml', 'tests/docs/rate-limits.test.ts'],
  ['docs/operators.md', 'When a subgraph fails', 'yaml', 'tests/docs/failing-subgraphs.test.ts'],
  ['docs/operators.md', '*', 'sh', 'tests/docs/commands.test.ts'],
  ['docs/anomalies.md', 'Unusual sign-ins', 'sh', 'tests/auth/anomalies/anomalies.test.ts'],
  ['docs/anomalies.md', '*', 'sh', 'tests/auth/anomalies/anomalies.test.ts'],
  ['docs/providers.md', '*', 'sh', 'tests/docs/providers.test.ts'],
  ['docs/providers.md', '*', 'graphql', 'tests/docs/providers.test.ts'],
  ['docs/subgraphs.md', 'How often', 'graphql', 'tests/docs/rate-limits.test.ts'],
  ['docs/subgraphs.md', 'Start', 'sh', 'tests/docs/commands.test.ts'],
  ['docs/subgraphs.md', '*', 'sh', 'tests/docs/subgraphs.test.ts'],
  ['docs/subgraphs.md', '*', 'ts', 'tests/docs/subgraphs.test.ts'],
  ['docs/subgraphs.md', '*', 'js', 'tests/docs/subgraphs.test.ts'],
  ['docs/subgraphs.md', 'Refuse, or leave out', 'yaml', 'tests/gateway/denied-http.test.ts'],
  ['docs/subgraphs.md', '*', 'yaml', 'tests/docs/subgraphs.test.ts'],
  ['docs/subgraphs.md', '*', 'graphql', 'tests/docs/subgraphs.test.ts'],
  ['docs/subgraphs.md', '*', 'python', 'tests/long/languages.test.ts'],
  ['docs/subgraphs.md', '*', 'go', 'tests/long/languages.test.ts'],
  ['docs/subgraphs.md', '*', 'java', 'tests/long/languages.test.ts'],
]

const rowOf = (it: Example) =>
  RUNNERS.find(
    ([page, section, language]) =>
      page === it.page && language === it.language && (section === '*' || section === it.section),
  )

const examples = pages.flatMap(examplesOf)

test('every example is run by a test, or says why it is not', () => {
  expect(examples.length).toBeGreaterThan(60)
  const left = examples
    .filter((it) => rowOf(it) === undefined && !/^illustration: .{10,}/.test(it.note))
    .map(
      ({ page, line, section, language }) =>
        `${page}:${line} (${section}): ${language || 'no language'}`,
    )
  expect(left, 'run them in a test and add a row here').toEqual([])
})

test('every row has an example, and a runner that names the page', () => {
  for (const row of RUNNERS) {
    expect(
      examples.some((it) => rowOf(it) === row),
      row.join(', '),
    ).toBe(true)
    const [page, , , runner] = row
    expect(existsSync(runner), runner).toBe(true)
    if (runner !== '.ci/run') expect(readFileSync(runner, 'utf8')).toContain(page)
  }
})

test('what an info string says behind the language is a reason not to run it', () => {
  for (const { page, line, note } of examples) {
    expect(note, `${page}:${line}`).toMatch(/^$|^illustration: /)
  }
})
