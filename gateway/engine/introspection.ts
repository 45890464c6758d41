// `__schema` and `__type`: written from the schema that clients see, with the resolvers that graphql-js has for its own types.
//
// An operation may ask for a part of the schema at many places, and under many names. What stands at several places is written
// once, and all of it together is bounded by what the query that tools send takes for this schema, whatever its size. It is written in
// turns of the event loop, ahead of the rest of the answer.
import {
  type FieldNode,
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
import type { AskedField, Introspected } from './introspected.ts'
import { createWriter, writeInTurns } from './introspection-writer.ts'
import type { Run } from './run.ts'
import { NULL, type Write } from './write.ts'

export interface IntrospectionOptions {
  /** The text of the document. */
  readonly query: string
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly clientNames: ClientNames
  readonly collectFields: CollectFields
}

/** Fields that the query of tools reads of one element, its type's wrappers with it. */
const FIELDS_OF_ELEMENT = 24
const FIELDS_OF_NO_ELEMENT = 2000

interface Introspection {
  /** In turns: it may be some ten thousand fields. @param write writes the whole answer */
  readonly writeAround: (run: Run, write: (run: Run) => string) => Promise<string>
  /** What is written of one introspection field, by the nodes that select it under one name. */
  readonly compile: (definition: string, nodes: readonly FieldNode[]) => Write
}

const INTROSPECTION = /__(?:schema|type)\b/

/** Null for an operation that asks for nothing of the schema. */
export function compileIntrospection(options: IntrospectionOptions): Introspection | null {
  if (!INTROSPECTION.test(options.query)) return null
  const atRoot = rootFields(options)
  const writeLacking = createWriteLacking(options)
  return {
    async writeAround(run, write) {
      const introspected: Introspected = { texts: new Map(), lacking: new Set(atRoot), fields: 0 }
      run.introspected = introspected
      for (;;) {
        await writeLacking(run, introspected)
        const text = write(run)
        // Where an object leads back to `Query` it shows while it is written that the schema is asked for.
        if (introspected.lacking.size === 0) return text
        run.forgetTexts()
      }
    },
    compile(definition, nodes) {
      const asked = atRoot.find((one) => areSame(one.nodes, nodes)) ?? askedField(definition, nodes)
      return (_, { introspected }) => {
        const text = asked && introspected?.texts.get(asked)
        if (text === undefined && asked !== undefined) introspected?.lacking.add(asked)
        return text ?? NULL
      }
    },
  }
}

function rootFields({ schema, operation, collectFields }: IntrospectionOptions): AskedField[] {
  const type = schema.getRootType(operation.operation)
  if (!type) return []
  const sets = [operation.selectionSet]
  const place = { type, runtimeType: type, sets, deniedSets: [] }
  return [...(collectFields(place)?.values() ?? [])].flatMap(
    ({ definition, nodes }) => askedField(definition, nodes) ?? [],
  )
}

function askedField(definition: string, nodes: readonly FieldNode[]): AskedField | undefined {
  const field = [SchemaMetaFieldDef, TypeMetaFieldDef].find(({ name }) => name === definition)
  return field && { field, nodes }
}

function areSame(some: readonly FieldNode[], others: readonly FieldNode[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index])
}

/** @throws OPERATION_TOO_COMPLEX as soon as it is more than the query of tools takes */
function createWriteLacking(options: IntrospectionOptions) {
  const defaults = variableDefaults(options.operation)
  const maximum = FIELDS_OF_NO_ELEMENT + FIELDS_OF_ELEMENT * elementsOf(options.schema)
  return async (run: Run, introspected: Introspected) => {
    const variables = { ...defaults, ...run.variables }
    const count = { inTurn: 0, inAll: 0 }
    const compileField = createWriter(options, { variables, count })
    for (const asked of introspected.lacking) {
      const write = compileField(asked.field, asked.nodes)
      const { text, fields } = await writeInTurns(() => write({}), {
        count,
        // What stands at several places counts as often: it is as much at least.
        afterTurn: () => requireAtMost(maximum, count.inAll),
      })
      introspected.fields += fields
      requireAtMost(maximum, introspected.fields)
      introspected.texts.set(asked, text)
    }
    introspected.lacking.clear()
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
