// The operator's command line: `npm run sallyport -- <command>`.
import { existsSync } from 'node:fs'
import { readRequest } from './operator/arguments.ts'
import { type Command, describeCommand } from './operator/command.ts'
import { commands } from './operator/commands.ts'

if (existsSync('.env')) process.loadEnvFile()
try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

async function main(argv: readonly string[]): Promise<void> {
  const table: Readonly<Record<string, Command>> = commands
  const request = readRequest(argv, table)
  if (request.kind === 'help') return console.log(describe(table, request.names))
  const { said, isComplete } = await request.command.run(request.given)
  console.log(said)
  if (!isComplete) process.exitCode = 1
}

function describe(table: Readonly<Record<string, Command>>, names: readonly string[]): string {
  const described = names.map((name) => describeCommand(name, table[name] as Command))
  const usage = 'Usage: npm run sallyport -- <command> [options], or <command> --help'
  return [...(names.length > 1 ? [usage] : []), ...described].join('\n\n')
}
