// What a command is: its help, what it takes, and what it does.
export interface Option {
  /** What stands for the value in the help, as `<address>`. Absent: the option is a switch. */
  readonly value?: string
  readonly isRequired?: true
  readonly isRepeated?: true
}

/** What stands behind a command's name without an option's. */
export interface Argument {
  readonly name: string
  /** What it may be. Default: anything. */
  readonly values?: readonly string[]
  readonly isRequired?: true
}

export interface Outcome {
  /** What was done, in a sentence or more; empty for a server, which speaks for itself. */
  readonly said: string
  /** false: some of it was refused, and the command ends with exit code 1. */
  readonly isComplete: boolean
}

export type Given = Readonly<Record<string, string | true | readonly string[]>>

export interface Command {
  /** What it does, as `--help` says it. */
  readonly help: string
  readonly options: Readonly<Record<string, Option>>
  /** Default: none. Given under its name, as options are. */
  readonly argument?: Argument
  /** A server comes up, and goes on after this resolves. @throws Error that says in a sentence what is wrong, and what to do */
  run(given: Given): Promise<Outcome>
}

/** A command line that cannot be understood: nothing has been done. */
export class UsageError extends Error {}

/** As `create-admin --email <address>`. */
export function synopsis(
  name: string,
  { options, argument }: Pick<Command, 'options' | 'argument'>,
): string {
  const parts = Object.entries(options).map(([option, { value, isRequired, isRepeated }]) => {
    const text = value === undefined ? `--${option}` : `--${option} ${value}`
    return `${isRequired ? text : `[${text}]`}${isRepeated ? '...' : ''}`
  })
  return [name, ...describeArgument(argument), ...parts].join(' ')
}

function describeArgument(argument: Argument | undefined): readonly string[] {
  if (argument === undefined) return []
  const text = argument.values?.join('|') ?? `<${argument.name}>`
  return [argument.isRequired ? text : `[${text}]`]
}

export function describeCommand(name: string, command: Command): string {
  return `${synopsis(name, command)}\n  ${command.help.replaceAll('\n', '\n  ')}`
}
