// What docs/frontends.md shows is what is tested here, to the letter.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('every TypeScript example of docs/frontends.md is code of this folder', () => {
  const page = readFileSync('docs/frontends.md', 'utf8')
  const examples = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)
  const sources = readdirSync(import.meta.dirname).map((file) =>
    readFileSync(`${import.meta.dirname}/${file}`, 'utf8'),
  )
  expect(examples.length).toBeGreaterThan(3)
  for (const example of examples) {
    expect(
      sources.some((source) => source.includes(example)),
      example.slice(0, 80),
    ).toBe(true)
  }
})
