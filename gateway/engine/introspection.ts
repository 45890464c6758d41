// `__schema` and `__type`: written from the schema that clients see, with the resolvers that graphql-js has for its own types.
//
// An operation may ask for a part of the schema at many places, and under many names. What stands at several places is written
// once, and all of it together is bounded by what the query that tools send takes for this schema, whatever its size. It is written in
// turns of the event loop, ahead of the rest of the answer.
import {
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
} from 'graphql'
import { tooComplex } from '../operation/too-complex.ts'
import { variableDefaults } from '../operation/variable-defaults.ts'
import type { CollectFields } from './collect-fields.ts'
import type { ClientNames } from './distinct-names.ts'
import { createWriter, writeInTurns } from './introspection-writer.ts'
import type { Run } from './run.ts'
import type { Write } from './write.ts'

export interface IntrospectionOptions {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly clientNames: ClientNames
  readonly collectFields: CollectFields
}

/** Fields that the query of tools reads of one element, its type's wrappers with it. */
const FIELDS_OF_ELEMENT = 24
const FIELDS_OF_NO_ELEMENT = 2000

interface Introspection {
  /** Null when the operation asks for nothing of the schema. In turns: it may be some ten thousand fields. */
  readonly writeAhead: ((run: Run) => Promise<void>) | null
  /** What was written ahead for the nodes that select one introspection field under one name. */
  readonly compile: (nodes: readonly FieldNode[]) => Write
}

export function compileIntrospection(options: IntrospectionOptions): Introspection {
  const asked = rootFields(options)
  return {
    writeAhead: asked.length === 0 ? null : createWriteAhead(asked, options),
    compile: ([node]) => {
      return (_, run) => run.introspected?.get(node as FieldNode) ?? run.fault()
    },
  }
}

function rootFields({ schema, operation, collectFields }: IntrospectionOptions): RootField[] {
  const type = schema.getRootType(operation.operation)
  if (!type) return []
  const sets = [operation.selectionSet]
  const place = { type, runtimeType: type, sets, deniedSets: [] }
  return [...(collectFields(place)?.values() ?? [])].flatMap(({ definition, nodes }) => {
    const field = [SchemaMetaFieldDef, TypeMetaFieldDef].find(({ name }) => name === definition)
    return field === undefined ? [] : [{ field, nodes }]
  })
}

interface RootField {
  readonly field: GraphQLField<unknown, unknown>
  readonly nodes: readonly FieldNode[]
}

/** @throws OPERATION_TOO_COMPLEX as soon as it is more than the query of tools takes */
function createWriteAhead(asked: readonly RootField[], options: IntrospectionOptions) {
  const defaults = variableDefaults(options.operation)
  const maximum = FIELDS_OF_NO_ELEMENT + FIELDS_OF_ELEMENT * elementsOf(options.schema)
  return async (run: Run) => {
    const written = new Map<FieldNode, string>()
    const variables = { ...defaults, ...run.variables }
    const count = { inTurn: 0, inAll: 0 }
    const compileField = createWriter(options, { variables, count })
    let fields = 0
    for (const { field, nodes } of asked) {
      const write = compileField(field, nodes)
      const { text, fields: own } = await writeInTurns(() => write({}), {
        count,
        // What stands at several places counts as often: it is as much at least.
        afterTurn: () => requireAtMost(maximum, count.inAll),
      })
      fields += own
      requireAtMost(maximum, fields)
      written.set(nodes[0] as FieldNode, text)
    }
    run.introspected = written
  }
}

function requireAtMost(maximum: number, value: number): void {
  if (value <= maximum) return
  throw tooComplex('fields of the schema', { limit: 'introspection', value, maximum })
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
