// Root fields that are asked for below others. A type may lead back to `Query`, as payloads of Relay do, and whatever binds, limits
// or refuses root fields has to see them there as well:
//
//   { product { name } }            Query.product
//   { self { product { name } } }   Query.self, Query.product
import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { GatewayError } from '../errors.ts'
import { fragmentsOf } from '../operation/select.ts'
import type { RootField, SelectionSource } from './coordinates.ts'

export interface NestedRoots {
  /** Names of fields of `Query`, each alias by itself. */
  readonly names: readonly string[]
  /** `__schema` or `__type`, which every `Query` object has. */
  readonly usesIntrospection: boolean
}

interface Roots {
  readonly rootType: string
  readonly fields: readonly RootField[]
  /** What `leadsToRoot` says of the schema. */
  readonly mayNest: boolean
}

const NONE: NestedRoots = Object.freeze({ names: [], usesIntrospection: false })

/**
 * @param source Valid against the schema, and measured: fragments unfold here.
 * @throws GatewayError BAD_REQUEST for fields of `Mutation`: what may be changed, and by whom, is decided at the top.
 */
export function readNestedRoots(
  source: SelectionSource,
  { rootType, fields, mayNest }: Roots,
): NestedRoots {
  const { schema } = source
  if (!mayNest) return NONE
  const fragments = fragmentsOf(source.document)
  const names: string[] = []
  let usesIntrospection = false
  const root = schema.getType(rootType)
  if (isCompositeType(root)) for (const { node } of fields) addBelow(node, root)
  return { names, usesIntrospection }

  function addBelow({ name, selectionSet }: FieldNode, parent: GraphQLCompositeType): void {
    if (!selectionSet || !('getFields' in parent)) return
    const output = parent.getFields()[name.value]?.type
    const type = output && getNamedType(output)
    if (isCompositeType(type)) addSet(selectionSet, type)
  }

  function addSet(set: SelectionSetNode, declared: GraphQLCompositeType): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        addField(selection, declared)
        continue
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      if (!fragment) throw new Error('an unknown fragment passed validation')
      const condition = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value)
      addSet(fragment.selectionSet, isCompositeType(condition) ? condition : declared)
    }
  }

  function addField(node: FieldNode, declared: GraphQLCompositeType): void {
    const name = node.name.value
    if (name.startsWith('__')) {
      usesIntrospection ||= name !== '__typename'
      return
    }
    if (canBe(schema, declared, schema.getMutationType()?.name)) {
      const message = 'Fields of Mutation can be asked for at the top of an operation alone.'
      throw new GatewayError('BAD_REQUEST', { message })
    }
    if (canBe(schema, declared, schema.getQueryType()?.name)) names.push(name)
    addBelow(node, declared)
  }
}

function canBe(schema: GraphQLSchema, type: GraphQLCompositeType, name?: string): boolean {
  if (!isAbstractType(type)) return type.name === name
  return schema.getPossibleTypes(type).some((one) => one.name === name)
}

/** Whether any field leads back to a root. Of nearly all graphs it does not hold: then no operation is walked for it. */
export function leadsToRoot(schema: GraphQLSchema): boolean {
  const roots = [schema.getQueryType()?.name, schema.getMutationType()?.name]
  return Object.values(schema.getTypeMap()).some((type) => {
    if (!isObjectType(type) && !isInterfaceType(type)) return false
    return Object.values(type.getFields()).some((field) => {
      const output = getNamedType(field.type)
      return isCompositeType(output) && roots.some((root) => canBe(schema, output, root))
    })
  })
}
