// The command line is understood or refused by name, for every command that there is.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { commands as everyCommand } from '../../scripts/commands.ts'
import { composeFile } from '../../scripts/graph/init-files.ts'
import { readRequest } from '../../scripts/operator/arguments.ts'
import { type Command, describeCommand } from '../../scripts/operator/command.ts'
import { commands } from '../../scripts/operator/commands.ts'

const table: Readonly<Record<string, Command>> = commands
const names = Object.keys(table)

/** The least that a command is run with. */
function required(name: string): string[] {
  const options = Object.entries(table[name]?.options ?? {})
  return options.flatMap(([option, { isRequired }]) => (isRequired ? [`--${option}`, 'x'] : []))
}

function read(name: string, ...args: string[]) {
  return readRequest([...name.split(' '), ...args], table)
}

test.each(names)('%s: --help tells every option, and runs nothing', (name) => {
  for (const args of [
    ['--help'],
    ['-h'],
    [...required(name), '--help'],
    ['--nonsense', '--help'],
  ]) {
    expect(read(name, ...args)).toEqual({ kind: 'help', names: [name] })
  }
  const help = describeCommand(name, table[name] as Command)
  for (const option of Object.keys(table[name]?.options ?? {}))
    expect(help).toContain(`--${option}`)
  expect(help.split('\n').length).toBeGreaterThan(1)
})

test.each(names)('%s: what it does not know is refused by name', (name) => {
  const given = required(name)
  for (const flag of [
    '--nonsense',
    '--nonsense=1',
    '-x',
    '--__proto__',
    '--constructor',
    '--Email',
  ]) {
    expect(() => read(name, ...given, flag)).toThrow(`${name} has no option ${flag.split('=')[0]}`)
  }
  expect(() => read(name, ...given, 'extra')).toThrow(`does not know what to do with "extra"`)
})

test.each(names)('%s: a missing, empty, repeated or swallowed value is refused', (name) => {
  const options = table[name]?.options ?? {}
  for (const [option, { value, isRequired, isRepeated }] of Object.entries(options)) {
    const without = Object.entries(options).flatMap(([other, { isRequired: isNeeded }]) =>
      isNeeded && other !== option ? [`--${other}`, 'x'] : [],
    )
    if (isRequired) expect(() => read(name, ...without)).toThrow(`needs --${option}`)
    if (value === undefined) {
      expect(() => read(name, ...without, `--${option}=1`)).toThrow('takes no value')
      continue
    }
    for (const wrong of [[`--${option}`], [`--${option}=`], [`--${option}`, '--help-me']]) {
      expect(() => read(name, ...without, ...wrong)).toThrow(`--${option} needs a value`)
    }
    const twice = () => read(name, ...without, `--${option}=a`, `--${option}=b`)
    if (isRepeated) expect(twice()).toMatchObject({ given: { [option]: ['a', 'b'] } })
    else expect(twice).toThrow(`--${option} is given twice`)
    expect(read(name, ...without, `--${option}=--x`)).toMatchObject({ kind: 'run', name })
  }
})

test('a group of commands shows its own with --help, and a command that is not there is named', () => {
  expect(readRequest(['events', '--help'], table)).toEqual({
    kind: 'help',
    names: ['events replay'],
  })
  expect(readRequest(['events'], table)).toEqual({ kind: 'help', names: ['events replay'] })
  expect(() => readRequest(['events', 'reply'], table)).toThrow(
    'no command "events reply". There is: events replay',
  )
  for (const wrong of ['no-such', 'Doctor', '__proto__', 'toString', '--nope'])
    expect(() => readRequest([wrong], table)).toThrow(
      `no command "${wrong}". There are: create-admin`,
    )
  for (const all of [[], ['help'], ['--help'], ['-h']])
    expect(readRequest(all, table)).toEqual({ kind: 'help', names })
})

test('what compose.yaml of init runs in the image is a command that there is, by the name that the image has it under', () => {
  const { services } = parse(composeFile) as {
    services: Readonly<Record<string, { readonly command?: readonly string[] }>>
  }
  const run = Object.values(services).flatMap(({ command }) => (command ? [command] : []))
  expect(run.map((command) => command.join(' '))).toEqual([
    'sallyport start gateway',
    'sallyport start auth',
  ])
  for (const [, ...args] of run) expect(readRequest(args, everyCommand).kind).toBe('run')
  // Without an entry point of its own it runs the command as it stands.
  const dockerfile = readFileSync('Dockerfile', 'utf8')
  expect(dockerfile).toContain('/usr/local/bin/sallyport')
  expect(dockerfile).not.toContain('ENTRYPOINT')
})
