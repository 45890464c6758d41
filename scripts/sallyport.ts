#!/usr/bin/env node
// The command line of Sallyport: `sallyport <command>`, or in this repository `npm run sallyport -- <command>`.
// Exit codes: 0 done; 1 something is wrong, and said; 2 the command line was not understood, and nothing was done.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { commands } from './commands.ts'
import { readRequest } from './operator/arguments.ts'
import { type Command, describeCommand, UsageError } from './operator/command.ts'
import { refuseOldNode } from './operator/node-version.ts'

try {
  refuseOldNode(process.versions.node)
  if (existsSync('.env')) readEnv()
  await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  // A server that could not start in part would go on with the rest of it.
  process.exit(error instanceof UsageError ? 2 : 1)
}

/** Where there is no file of that name Docker makes a folder, for a volume. */
function readEnv(): void {
  try {
    process.loadEnvFile()
  } catch (error) {
    throw new Error(`.env cannot be read: ${(error as Error).message}`)
  }
}

async function main(argv: readonly string[]): Promise<void> {
  const table: Readonly<Record<string, Command>> = commands
  const request = readRequest(argv, table)
  if (request.kind === 'version') return console.log(readVersion())
  if (request.kind === 'help') return console.log(describe(table, request.names))
  const { said, isComplete } = await request.command.run(request.given)
  if (said !== '') console.log(said)
  if (!isComplete) process.exitCode = 1
}

function readVersion(): string {
  const read = createRequire(import.meta.url)
  return (read('sallyport/package.json') as { readonly version: string }).version
}

function describe(table: Readonly<Record<string, Command>>, names: readonly string[]): string {
  const described = names.map((name) => describeCommand(name, table[name] as Command))
  const usage =
    'Usage: sallyport <command> [options], or sallyport <command> --help, or sallyport --version'
  return [...(names.length > 1 ? [usage] : []), ...described].join('\n\n')
}
