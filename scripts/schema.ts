// `npm run schema`: prints each subgraph's SDL and its types, composes them, prints what clients see. `-- --check` writes nothing and
// fails on drift.
import { parseArgs } from 'node:util'
import { SupergraphConfigError } from '../gateway/supergraph/config.ts'
import { SchemaError } from '../gateway/supergraph/schema-error.ts'
import { compareFiles, writeFiles } from './schema/files.ts'
import { printSchemas } from './schema/print-schemas.ts'
import { printTypes } from './schema/print-types.ts'

const USAGE = `Usage: npm run schema [-- --check]

  --check    Write nothing; fail when a printed file is out of date or a rule is missing.

It prints what this repository has. For a graph of your own: npx sallyport compose.
`

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return void process.stdout.write(USAGE)
  const files = new Map([...(await printSchemas()), ...(await printTypes())])
  if (files.size === 0) throw new SchemaError(['nothing was looked at'])
  if (!values.check) {
    const written = writeFiles(files)
    const what = written.length > 0 ? `wrote ${written.join(', ')}` : 'everything was up to date'
    process.stdout.write(`schema: ${what}\n`)
    return
  }
  const stale = compareFiles(files)
  if (stale.length > 0) {
    throw new SchemaError(stale.map((file) => `${file} is out of date: run \`npm run schema\``))
  }
  process.stdout.write(`schema: ${files.size} files checked, all up to date\n`)
}

try {
  await run()
} catch (error) {
  const isExpected =
    error instanceof SchemaError ||
    error instanceof SupergraphConfigError ||
    String((error as { code?: unknown } | null)?.code).startsWith('ERR_PARSE_ARGS')
  const { message, stack = message } = error as Error
  process.stderr.write(`${isExpected ? message : stack}\n`)
  process.exitCode = 1
}
