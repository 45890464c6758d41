// `npm run schema`: prints each subgraph's SDL and its types, composes them, prints what clients see. `-- --check` writes nothing and
// fails on drift.
import { parseArgs } from 'node:util'
import { SchemaError } from '../gateway/supergraph/compose.ts'
import { SupergraphConfigError } from '../gateway/supergraph/config.ts'
import { compareFiles, type Files, writeFiles } from './schema/files.ts'
import { printSchemas } from './schema/print-schemas.ts'
import { printTypes } from './schema/print-types.ts'

const DEFAULT_CONFIG = 'schema/supergraph.yaml'

const USAGE = `Usage: npm run schema [-- --check] [-- --config <supergraph.yaml>]

  --check    Write nothing; fail when a printed file is out of date or a rule is missing.
  --config   Another list of subgraphs. Default: ${DEFAULT_CONFIG}.
`

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      check: { type: 'boolean', default: false },
      config: { type: 'string', default: DEFAULT_CONFIG },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return void process.stdout.write(USAGE)
  const files = await printAll(values.config)
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

/** The types of our code follow our SDL, whatever another list of subgraphs holds. */
async function printAll(config: string): Promise<Files> {
  const schemas = await printSchemas(config)
  return config === DEFAULT_CONFIG ? new Map([...schemas, ...(await printTypes())]) : schemas
}

try {
  await run()
} catch (error) {
  const isExpected = error instanceof SchemaError || error instanceof SupergraphConfigError
  process.stderr.write(`${isExpected ? error.message : ((error as Error).stack ?? error)}\n`)
  process.exitCode = 1
}
