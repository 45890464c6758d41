// What is said of a module of a deployment's own that node cannot load: its line, and what to do.
import { expect, test } from 'vitest'
import { describeFailure } from '../../platform/import-module.ts'

const digest = 'a'.repeat(43)

/** As node throws it, with where it read the text at the head of the stack. */
function syntaxError(message: string, head: string): SyntaxError {
  const error = new SyntaxError(message)
  error.stack = `${head}\nexport default {\n^^^^^^\n\nSyntaxError: ${message}\n    at compileSourceTextModule (node:internal/modules/esm/utils:344:16)`
  return error
}

test('the line of a module that is wrong is told', () => {
  const error = syntaxError("Unexpected token '}'", `file:///graph/policies.mjs?${digest}:3`)
  expect(describeFailure(error, '/graph/policies.mjs')).toBe(
    "Unexpected token '}' (policies.mjs:3)",
  )
  const thrown = new Error('no such plan')
  thrown.stack = `Error: no such plan\n    at file:///graph/policies.mjs?${digest}:7:9`
  expect(describeFailure(thrown, '/graph/policies.mjs')).toBe('no such plan (policies.mjs:7)')
})

test.each([
  ["Unexpected token 'export'", '/graph/policies.js', 'policies.mjs'],
  [
    'Cannot use import statement outside a module',
    '/graph/sallyport.config.ts',
    'sallyport.config.mts',
  ],
])('one that node takes for CommonJS (%s) is told another name', (message, path, name) => {
  expect(describeFailure(syntaxError(message, `${path}:1`), path)).toBe(
    `${message} (${path.split('/').at(-1)}:1); name it ${name}, or write "type": "module" in package.json`,
  )
})

test('TypeScript that node does not read, a file that is not there, and what is not an error have words too', () => {
  const unread = Object.assign(new TypeError('Unknown file extension ".ts"'), {
    code: 'ERR_UNKNOWN_FILE_EXTENSION',
  })
  expect(describeFailure(unread, '/graph/sallyport.config.ts')).toContain('from version 22.18 on')
  const gone = Object.assign(new Error('ENOENT: open'), { code: 'ENOENT' })
  expect(describeFailure(gone, '/graph/policies.mjs')).toBe('there is no such file')
  for (const thrown of [undefined, null, 'closed'])
    expect(describeFailure(thrown, '/graph/policies.mjs')).toBe(String(thrown))
})
