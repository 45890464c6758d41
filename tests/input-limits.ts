// What is too much for every field that a subgraph's SDL leaves open: its verbs must refuse each of them by name.
import { readFileSync } from 'node:fs'
import {
  buildSchema,
  type GraphQLInputField,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql'

export interface Overfull {
  readonly mutation: string
  /** What to send. */
  readonly document: string
  readonly input: Readonly<Record<string, unknown>>
  /** The fields that must be named, sorted. */
  readonly open: readonly string[]
}

const TOO_MUCH: Readonly<Record<string, unknown>> = {
  String: 'x'.repeat(10_001),
  ID: 'x'.repeat(5_001),
  Int: 2 ** 31 - 1,
  JSONObject: { claim: 'x'.repeat(20_001) },
}
/** Bounded by their types: any value will do. */
const BOUNDED: Readonly<Record<string, unknown>> = {
  Boolean: true,
  DateTime: '2999-01-01T00:00:00Z',
}

/** One call for each mutation of the printed schema that takes an input. @throws Error for a type that this file does not know */
export function overfullInputs(schemaFile: string): Overfull[] {
  const schema = buildSchema(readFileSync(schemaFile, 'utf8'), { assumeValidSDL: true })
  return Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap((mutation) => {
    const argument = mutation.args.find(({ name }) => name === 'input')
    const type = argument && getNamedType(argument.type)
    if (!isInputObjectType(type)) return []
    const fields = Object.values(type.getFields())
    return {
      mutation: mutation.name,
      document: `mutation Overfull($input: ${argument?.type}) { ${mutation.name}(input: $input) { __typename } }`,
      input: Object.fromEntries(fields.map((field) => [field.name, valueFor(field)])),
      open: fields
        .filter(isOpen)
        .map(({ name }) => name)
        .sort(),
    }
  })
}

function isOpen({ type }: GraphQLInputField): boolean {
  const named = getNamedType(type)
  return !isEnumType(named) && !(named.name in BOUNDED)
}

function valueFor({ type, name }: GraphQLInputField): unknown {
  const named = getNamedType(type)
  const nullable = isNonNullType(type) ? type.ofType : type
  if (isListType(nullable) && isEnumType(named)) return [named.getValues()[0]?.name]
  if (isListType(nullable)) return Array.from({ length: 1_000 }, () => 'x')
  if (isEnumType(named)) return named.getValues()[0]?.name
  if (isInputObjectType(named)) {
    const fields = Object.values(named.getFields())
    return Object.fromEntries(fields.map((field) => [field.name, valueFor(field)]))
  }
  const value = BOUNDED[named.name] ?? TOO_MUCH[named.name]
  if (value === undefined) throw new Error(`${name}: ${named.name} is not known here`)
  return value
}

/** The fields that a refusal names, each once. */
export function namedFields(fields: readonly { readonly path: string }[]): string[] {
  return [...new Set(fields.map(({ path }) => path.split('.')[1] ?? ''))].sort()
}
