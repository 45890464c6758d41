// Root fields of a printed schema by the rule that they carry, with a call for each that gets past the limits of its input.
import { readFileSync } from 'node:fs'
import {
  buildSchema,
  type GraphQLField,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql'

export interface RootField {
  readonly name: string
  readonly query: string
  readonly input?: Readonly<Record<string, unknown>>
}

/** What admins alone may do and read. */
export function administrationOf(schemaFile: string): RootField[] {
  const schema = buildSchema(readFileSync(schemaFile, 'utf8'), { assumeValidSDL: true })
  return [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.values(type?.getFields() ?? {})
      .filter(isForAdmins)
      .map((field) => callOf(field, type === schema.getMutationType())),
  )
}

function isForAdmins({ astNode }: GraphQLField<unknown, unknown>): boolean {
  return (astNode?.directives ?? []).some(
    ({ name, arguments: given }) =>
      name.value === 'policy' && JSON.stringify(given).includes('role:admin'),
  )
}

function callOf({ name, args }: GraphQLField<unknown, unknown>, isMutation: boolean): RootField {
  const input = args.find((argument) => argument.name === 'input')
  if (input === undefined) return { name, query: `{ ${name} { __typename } }` }
  const type = getNamedType(input.type)
  if (!isMutation || !isInputObjectType(type)) throw new Error(`${name}: not a mutation of ours`)
  return {
    name,
    query: `mutation ($input: ${input.type}) { ${name}(input: $input) { __typename } }`,
    input: Object.fromEntries(
      Object.values(type.getFields())
        .filter((field) => isNonNullType(field.type))
        .map((field) => [field.name, plainValue(field.name, field.type)]),
    ),
  }
}

const TEXTS: Readonly<Record<string, string>> = { email: 'x@example.com', network: '10.0.0.0/8' }

function plainValue(name: string, type: Parameters<typeof getNamedType>[0]): unknown {
  const named = getNamedType(type)
  if (isListType(isNonNullType(type) ? type.ofType : type)) return []
  if (isEnumType(named)) return named.getValues()[0]?.name
  return named?.name === 'Int' ? 1 : (TEXTS[name] ?? 'x')
}
