// The table of metrics in docs/operators.md is what gateway and auth really expose, with their labels.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../harness.ts'
import { familiesOf, readMetricsText } from '../metrics-text.ts'
import { refreshWith, registerPerson } from '../people.ts'

const page = readFileSync('docs/operators.md', 'utf8')
const [, section = ''] = /^## Metrics$([\s\S]*?)^## /m.exec(page) ?? []
const rows = [...section.matchAll(/^\| (`[^|]+`) \| (\w+) \|/gm)].flatMap(
  ([, names = '', part = '']) =>
    [...names.matchAll(/`(\w+)(?:\{([\w,]+)\})?`/g)].map(([, name = '', labels]) => ({
      name,
      part,
      labels: labels === undefined ? [] : labels.split(',').sort(),
    })),
)

const BY_NAME_ALONE = /^sallyport_(operations_too_complex_total|webhook_\w+)$/

let stack: Stack
beforeAll(async () => {
  // Without a hook at auth there is no metric of one.
  stack = await startStack({ hooks: { beforeRegister: { run: () => undefined } } })
  const key = { 'x-api-key': 'spk_test_0123456789abcdef', 'x-api-secret': 'x' }
  await stack.client.send('{ viewer { kind } }')
  await stack.client.send('{ viewer { kind } }', {}, key)
  await refreshWith(stack.client, 'srt_nonsense')
  await registerPerson(stack)
  await stack.client.send(`{ ${'viewer { kind } '.repeat(3000)} }`)
})
afterAll(() => stack.stop())

test.each(['gateway', 'auth'])('%s exposes what the table says, and nothing else', async (part) => {
  const url = part === 'auth' ? stack.auths[0]?.url : stack.gateways[0]?.adminUrl
  const families = familiesOf(await readMetricsText(url ?? ''))
  const documented = rows.filter((row) => row.part === part || row.part === 'both')
  expect([...families.keys()].sort()).toEqual(documented.map(({ name }) => name).sort())
  for (const { name, labels } of documented) {
    const exposed = [...(families.get(name) ?? [])].sort()
    // Of what nobody has counted yet, and of a target that nobody has named, there is the name alone.
    if (!BY_NAME_ALONE.test(name) || exposed.length > 0)
      expect([name, exposed]).toEqual([name, labels])
  }
})
