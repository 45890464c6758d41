// From what was typed to a command and its options. What is not understood is named, and never left out silently.
import { parseArgs } from 'node:util'
import { type Command, type Given, type Option, synopsis, UsageError } from './command.ts'

export type Commands = Readonly<Record<string, Command>>

export type Request =
  | { readonly kind: 'help'; readonly names: readonly string[] }
  | { readonly kind: 'version' }
  | { readonly kind: 'run'; readonly name: string; readonly command: Command; given: Given }

/** @throws UsageError that names what is not understood */
export function readRequest(argv: readonly string[], commands: Commands): Request {
  const [first, second, ...rest] = argv
  if (first === undefined || first === 'help' || isHelp(first))
    return { kind: 'help', names: Object.keys(commands) }
  if (first === '--version' || first === '-v') return { kind: 'version' }
  const pair = `${first} ${second}`
  if (Object.hasOwn(commands, pair)) return readOptions(pair, rest, commands)
  if (Object.hasOwn(commands, first)) return readOptions(first, argv.slice(1), commands)
  const names = Object.keys(commands).filter((name) => name.startsWith(`${first} `))
  if (names.length === 0)
    throw new UsageError(
      `There is no command "${first}". There are: ${Object.keys(commands).join(', ')}.`,
    )
  if (second === undefined || isHelp(second)) return { kind: 'help', names }
  throw new UsageError(`There is no command "${pair}". There is: ${names.join(', ')}.`)
}

function isHelp(text: string): boolean {
  return text === '--help' || text === '-h'
}

function readOptions(name: string, args: readonly string[], commands: Commands): Request {
  const command = commands[name] as Command
  if (args.some(isHelp)) return { kind: 'help', names: [name] }
  const refuse = (reason: string): never => {
    throw new UsageError(`${reason}\nUsage: ${synopsis(name, command)}`)
  }
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(command.options).map(([option, { value }]) => [
        option,
        { type: value === undefined ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
    // Its own complaints name neither the command nor what it takes.
    strict: false,
    tokens: true,
  })
  const given: Record<string, string | true | string[]> = {}
  for (const token of tokens) {
    if (token.kind === 'positional') {
      const problem = readArgument(command, token.value, given)
      if (problem !== null) refuse(`${name} ${problem}`)
    }
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(command.options, token.name) ? command.options[token.name] : null
    if (!option) return refuse(`${name} has no option ${token.rawName}.`)
    const value = readValue(option, token)
    if (value === null)
      return refuse(
        `${token.rawName} ${option.value ? `needs a value, ${option.value}` : 'takes no value'}.`,
      )
    const before = given[token.name]
    if (before !== undefined && !option.isRepeated) refuse(`${token.rawName} is given twice.`)
    given[token.name] =
      option.isRepeated && value !== true ? [...((before as string[]) ?? []), value] : value
  }
  const missing = Object.entries(command.options)
    .filter(([option, { isRequired }]) => isRequired && given[option] === undefined)
    .map(([option]) => `--${option}`)
  const { argument } = command
  if (argument?.isRequired && given[argument.name] === undefined) missing.push(`<${argument.name}>`)
  if (missing.length > 0) refuse(`${name} needs ${missing.join(' and ')}.`)
  return { kind: 'run', name, command, given }
}

/** @returns what is wrong with it, or null when it is taken */
function readArgument(
  { argument }: Command,
  value: string,
  given: Record<string, string | true | string[]>,
): string | null {
  if (argument === undefined || given[argument.name] !== undefined)
    return `does not know what to do with "${value}".`
  if (argument.values?.includes(value) === false)
    return `takes ${argument.values.join(' or ')}, and not "${value}".`
  given[argument.name] = value
  return null
}

/** @returns null where a value is missing, or one too many */
function readValue(
  { value: wanted }: Option,
  {
    value,
    inlineValue,
  }: { readonly value?: string | undefined; readonly inlineValue?: boolean | undefined },
): string | true | null {
  if (wanted === undefined) return value === undefined ? true : null
  if (value === undefined || value === '') return null
  // What looks like the next option was not meant as this one's value; `--name=--x` says that it was.
  return value.startsWith('--') && !inlineValue ? null : value
}
