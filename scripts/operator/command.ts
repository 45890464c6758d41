// What a command of the operator is: its help, the options that it takes, and what it does.
export interface Option {
  /** What stands for the value in the help, as `<address>`. Absent: the option is a switch. */
  readonly value?: string
  readonly isRequired?: true
  readonly isRepeated?: true
}

export interface Outcome {
  /** What was done, in a sentence or more. */
  readonly said: string
  /** false: some of it was refused, and the command ends with exit code 1. */
  readonly isComplete: boolean
}

export type Given = Readonly<Record<string, string | true | readonly string[]>>

export interface Command {
  /** What it does, as `--help` says it. */
  readonly help: string
  readonly options: Readonly<Record<string, Option>>
  /** @throws Error that says in a sentence what is wrong, and what to do */
  run(given: Given): Promise<Outcome>
}

/** A command line that cannot be understood: nothing has been done. */
export class UsageError extends Error {}

/** As `create-admin --email <address>`. */
export function synopsis(name: string, { options }: Pick<Command, 'options'>): string {
  const parts = Object.entries(options).map(([option, { value, isRequired, isRepeated }]) => {
    const text = value === undefined ? `--${option}` : `--${option} ${value}`
    return `${isRequired ? text : `[${text}]`}${isRepeated ? '...' : ''}`
  })
  return [name, ...parts].join(' ')
}

export function describeCommand(name: string, command: Command): string {
  return `${synopsis(name, command)}\n  ${command.help.replaceAll('\n', '\n  ')}`
}
