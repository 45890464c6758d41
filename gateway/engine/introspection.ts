// `__schema` and `__type`: written from the schema that clients see, with the resolvers that graphql-js has for its own types.
//
// An operation may ask for a part of the schema at many places, and under many names. What stands at several places is written
// once, and all of it together is bounded by what the query that tools send takes for this schema, whatever its size.
import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getArgumentValues,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql'
import { tooComplex } from '../operation/too-complex.ts'
import { variableDefaults } from '../operation/variable-defaults.ts'
import type { CollectFields } from './collect-fields.ts'
import type { ClientNames } from './distinct-names.ts'
import { NULL, type Write } from './write.ts'

export interface IntrospectionOptions {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly clientNames: ClientNames
  readonly collectFields: CollectFields
}

interface Written {
  readonly text: string
  /** Fields that it has, at all of its levels. */
  readonly fields: number
}

/** Fields that the query of tools reads of one element, its type's wrappers with it. */
const FIELDS_OF_ELEMENT = 24
const FIELDS_OF_NO_ELEMENT = 2000

/** Compiles the nodes that select one introspection field under one name. */
export function compileIntrospection(
  options: IntrospectionOptions,
): (definition: '__schema' | '__type', nodes: readonly FieldNode[]) => Write {
  const defaults = variableDefaults(options.operation)
  const maximum = FIELDS_OF_NO_ELEMENT + FIELDS_OF_ELEMENT * elementsOf(options.schema)
  return (definition, nodes) => {
    const field = definition === '__schema' ? SchemaMetaFieldDef : TypeMetaFieldDef
    return (_, run) => {
      const { text, fields } = createWriter(options, { ...defaults, ...run.variables })(
        field,
        nodes,
        {},
      )
      run.introspectedFields += fields
      if (run.introspectedFields > maximum) {
        throw tooComplex('fields of the schema', {
          limit: 'introspection',
          value: run.introspectedFields,
          maximum,
        })
      }
      return text
    }
  }
}

type Source = Readonly<Record<string, unknown>>

type WriteField = (
  field: GraphQLField<unknown, unknown>,
  nodes: readonly FieldNode[],
  source: Source,
) => Written

/** For one run: what is written depends on its variables. */
function createWriter(
  { schema, clientNames, collectFields }: IntrospectionOptions,
  variables: Readonly<Record<string, unknown>>,
): WriteField {
  return (field, nodes, source) => compileField(field, nodes)(source)

  function compileField(
    field: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
  ): (source: Source) => Written {
    const [node] = nodes
    const args = node ? getArgumentValues(field, node, variables) : {}
    const write = compileValue(
      field.type,
      nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
    )
    // None of them reads more of it.
    const info = { schema } as never
    return (source) => write(field.resolve?.(source, args, undefined, info))
  }

  function compileValue(
    type: GraphQLOutputType,
    sets: readonly SelectionSetNode[],
  ): (value: unknown) => Written {
    if (isNonNullType(type)) return compileValue(type.ofType, sets)
    if (isListType(type)) return listOf(compileValue(type.ofType, sets))
    if (isLeafType(type)) return (value) => leaf(value ?? null)
    return compileObject(type as GraphQLObjectType, sets)
  }

  function compileObject(
    type: GraphQLObjectType,
    sets: readonly SelectionSetNode[],
  ): (value: unknown) => Written {
    const known = new Map<unknown, Written>()
    let members: readonly Member[] | null = null
    return (value) => {
      if (value === undefined || value === null) return ABSENT
      const before = known.get(value)
      if (before !== undefined) return before
      members ??= compileMembers(type, sets)
      const written = writeMembers(members, value as Source)
      known.set(value, written)
      return written
    }
  }

  function compileMembers(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Member[] {
    const place = { type, runtimeType: type, typename: type.name, sets, deniedSets: [] }
    const collected = collectFields(place)
    return [...collected].map(([name, { definition, nodes }], index) => {
      const key = JSON.stringify(clientNames.get(name) ?? name)
      const field = type.getFields()[definition]
      return {
        prefix: `${index === 0 ? '{' : ','}${key}:`,
        write: field === undefined ? () => leaf(type.name) : compileField(field, nodes),
      }
    })
  }
}

interface Member {
  readonly prefix: string
  readonly write: (source: Source) => Written
}

const ABSENT: Written = { text: NULL, fields: 0 }

function leaf(value: unknown): Written {
  return { text: JSON.stringify(value), fields: 0 }
}

function writeMembers(members: readonly Member[], source: Source): Written {
  let text = ''
  let fields = members.length
  for (const { prefix, write } of members) {
    const written = write(source)
    text += prefix + written.text
    fields += written.fields
  }
  return { text: text === '' ? '{}' : `${text}}`, fields }
}

function listOf(writeItem: (item: unknown) => Written): (value: unknown) => Written {
  return (value) => {
    if (!Array.isArray(value)) return ABSENT
    const items = value.map(writeItem)
    const fields = items.reduce((sum, item) => sum + item.fields, 0)
    return { text: `[${items.map(({ text }) => text).join(',')}]`, fields }
  }
}

/** Types, fields, arguments, values and directives. */
function elementsOf(schema: GraphQLSchema): number {
  const types = Object.values(schema.getTypeMap()).map((type) => {
    if (isEnumType(type)) return 1 + type.getValues().length
    if (isInputObjectType(type)) return 1 + Object.keys(type.getFields()).length
    if (!isObjectType(type) && !isInterfaceType(type)) return 1
    const fields = Object.values(type.getFields())
    return (
      1 + type.getInterfaces().length + fields.reduce((sum, { args }) => sum + 1 + args.length, 0)
    )
  })
  const directives = schema.getDirectives().map(({ args }) => 1 + args.length)
  return [...types, ...directives].reduce((sum, one) => sum + one, 0)
}
