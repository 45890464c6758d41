// graphql-shield 7.6 reads util.isUndefined, which Node 23 removed: a regression here is a start that fails.
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'

test('the rules load on a Node without util.isUndefined', async () => {
  const util = createRequire(import.meta.url)('node:util') as { isUndefined?: unknown }
  delete util.isUndefined
  const { guardSchema } = await import('@sallyport/claims/rules')
  expect(guardSchema).toBeTypeOf('function')
  expect(util.isUndefined).toBeTypeOf('function')
})
