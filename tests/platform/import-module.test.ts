// What is said of a module of a deployment's own that node cannot load: its line, and what to do.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeFailure } from '../../platform/import-module.ts'

const digest = 'a'.repeat(43)

/** With where it read the text at the head of the stack, as node has it for CommonJS. */
function syntaxError(message: string, head: string): SyntaxError {
  const error = new SyntaxError(message)
  error.stack = `${head}\nexport default {\n^^^^^^\n\nSyntaxError: ${message}\n    at compileSourceTextModule (node:internal/modules/esm/utils:344:16)`
  return error
}

test('the line of a module that is wrong is told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-module-'))
  const path = join(folder, 'policies.mjs')
  writeFileSync(path, 'export default {\n  staff: () => true,,\n}\n')
  // As node throws it of a module: with no word of where.
  const error = syntaxError("Unexpected token ','", '')
  let hasTurned = false
  setImmediate(() => {
    hasTurned = true
  })
  expect(await describeFailure(error, path)).toBe("Unexpected token ',' (policies.mjs:2)")
  // A gateway that serves reads its policies anew: the event loop waits for nothing.
  expect(hasTurned).toBe(true)
  rmSync(folder, { recursive: true })
  const thrown = new Error('no such plan')
  thrown.stack = `Error: no such plan\n    at file:///graph/policies.mjs?${digest}:7:9`
  expect(await describeFailure(thrown, '/graph/policies.mjs')).toBe('no such plan (policies.mjs:7)')
})

test.each([
  ["Unexpected token 'export'", '/graph/policies.js', 'policies.mjs'],
  [
    'Cannot use import statement outside a module',
    '/graph/sallyport.config.ts',
    'sallyport.config.mts',
  ],
])('one that node takes for CommonJS (%s) is told another name', async (message, path, name) => {
  expect(await describeFailure(syntaxError(message, `${path}:1`), path)).toBe(
    `${message} (${path.split('/').at(-1)}:1); name it ${name}, or write "type": "module" in package.json`,
  )
})

test('TypeScript that node does not read, a file that is not there, and what is not an error have words too', async () => {
  const unread = Object.assign(new TypeError('Unknown file extension ".ts"'), {
    code: 'ERR_UNKNOWN_FILE_EXTENSION',
  })
  expect(await describeFailure(unread, '/graph/sallyport.config.ts')).toContain(
    'from version 22.18 on',
  )
  const gone = Object.assign(new Error('ENOENT: open'), { code: 'ENOENT' })
  expect(await describeFailure(gone, '/graph/policies.mjs')).toBe('there is no such file')
  for (const thrown of [undefined, null, 'closed'])
    expect(await describeFailure(thrown, '/graph/policies.mjs')).toBe(String(thrown))
})
