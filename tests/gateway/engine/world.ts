// The data behind the test graphs: every value follows from a seed, the entity and the field, whoever asks for it.
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/index.js'
import {
  type FieldDefinitionNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isUnionType,
  Kind,
  parse,
} from 'graphql'

/** How the world behaves just now; both engines find it the same. */
export interface World {
  seed: number
  /** Out of a hundred fields. */
  failing: number
  missing: number
}

type Field = GraphQLField<unknown, unknown>
type Source = Readonly<Record<string, unknown>> | undefined

const IDS = 3
const CODES = ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT', undefined]

/** Resolvers for every type of a subgraph. Entities are known by `id`, whose first part is their type. */
export function createResolvers(schema: GraphQLSchema, world: World): GraphQLResolverMap<unknown> {
  const resolvers: Record<string, Record<string, unknown>> = {}
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('_')) continue
    if (isInterfaceType(type) || isUnionType(type)) resolvers[type.name] = resolveAbstract(type)
    if (isObjectType(type)) {
      resolvers[type.name] = Object.fromEntries(
        Object.values(type.getFields())
          .filter(({ name }) => !name.startsWith('_'))
          .map((field) => [field.name, resolverOf(type.name, field)]),
      )
      if (isEntity(type)) Object.assign(resolvers[type.name] ?? {}, { __resolveReference: refer })
    }
  }
  return resolvers as GraphQLResolverMap<unknown>

  function resolverOf(type: string, { name, type: output, astNode }: Field) {
    const requiring = requiredFields(astNode)
    return (source: Source, args: object) => {
      if (source !== undefined && Object.hasOwn(source, name)) return source[name]
      const own = source?.id ?? source?.__place ?? type
      const place = JSON.stringify([own, name, args, requiring.map((one) => source?.[one])])
      if (roll(`${place} fails`) < world.failing) throw failure(`${type}.${name} of ${own}`)
      return valueAt(output, place, 0)
    }
  }

  async function refer(reference: Record<string, unknown>) {
    const place = JSON.stringify([reference.__typename, reference.id ?? reference.sku])
    if (roll(`${place} gone`) < world.missing) return null
    if (roll(`${place} refused`) < world.failing) throw failure(`reference ${reference.id}`)
    return reference
  }

  function resolveAbstract(type: GraphQLNamedType) {
    const __resolveType = ({ __typename }: { __typename: string }) => __typename
    if (!isInterfaceType(type) || !isEntity(type)) return { __resolveType }
    const __resolveReference = (reference: { id: string }) =>
      refer({ ...reference, __typename: typeOfId(reference.id) })
    return { __resolveType, __resolveReference }
  }

  function valueAt(type: GraphQLOutputType, place: string, depth: number): unknown {
    if (isNonNullType(type)) return presentValue(type.ofType, place, depth)
    if (roll(`${place} null`) < world.missing) return null
    return presentValue(type, place, depth)
  }

  function presentValue(type: GraphQLOutputType, place: string, depth: number): unknown {
    if (isListType(type)) {
      const length = hash(`${world.seed}${place} length`) % 4
      return Array.from({ length }, (_, index) => valueAt(type.ofType, place + index, depth + 1))
    }
    const named = getNamedType(type)
    const number = hash(`${world.seed}${place}`)
    if (isScalarType(named)) return scalarOf(named.name, number)
    if (isEnumType(named)) return named.getValues()[number % named.getValues().length]?.name
    const candidates = isObjectType(named) ? [named] : schema.getPossibleTypes(named as never)
    const chosen = candidates[number % candidates.length]
    if (chosen === undefined) return null
    return objectOf(chosen, { place, number })
  }

  function objectOf(type: GraphQLNamedType, { place, number }: { place: string; number: number }) {
    const { name } = type
    if (name === 'Variant') {
      const product = { __typename: 'Product', id: `Product:${number % IDS}` }
      return { __typename: name, sku: `Variant:${number % IDS}`, product }
    }
    if (!isEntity(type)) return { __typename: name, __place: place }
    // Behind an @interfaceObject stands an entity of some type that this subgraph does not know.
    const owner = name === 'Media' ? ['Book', 'Film'][number % 2] : name
    return { __typename: name, id: `${owner}:${number % IDS}` }
  }

  function roll(text: string): number {
    return hash(`${world.seed}${text}`) % 100
  }
}

/** The names at the top of a field's `@requires`: it depends on these, and on nothing else that a planner may send. */
function requiredFields(node: FieldDefinitionNode | null | undefined): string[] {
  const requires = node?.directives?.find(({ name }) => name.value === 'requires')
  const [fields] = requires?.arguments ?? []
  if (fields?.value.kind !== Kind.STRING) return []
  const [definition] = parse(`{ ${fields.value.value} }`).definitions
  if (definition?.kind !== Kind.OPERATION_DEFINITION) return []
  return definition.selectionSet.selections.flatMap((one) =>
    one.kind === Kind.FIELD ? [one.name.value] : [],
  )
}

function isEntity(type: GraphQLNamedType): boolean {
  return type.astNode?.directives?.some(({ name }) => name.value === 'key') === true
}

function typeOfId(id: string): string {
  return id.slice(0, id.indexOf(':'))
}

function failure(what: string): GraphQLError {
  const code = CODES[hash(what) % CODES.length]
  return new GraphQLError(`boom: ${what}`, { extensions: code === undefined ? {} : { code } })
}

function scalarOf(type: string, number: number): unknown {
  switch (type) {
    case 'Int':
      return (number % 2000) - 1000
    case 'Float':
      return (number % 1000) / 8
    case 'Boolean':
      return number % 2 === 0
    case 'ID':
      return `id:${number % IDS}`
    case 'String':
      return ['plain', 'with "quotes" and \\', 'líne\nbreak \u2028', '😀', '', '</script>'][
        number % 6
      ]
    default:
      return [{ deep: [{ toString: 1 }, null] }, [1, [2]], 'text', 4.5, true][number % 5]
  }
}

/** FNV-1a, well enough mixed for choosing. */
export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  value = Math.imul(value ^ (value >>> 15), 0x85ebca6b)
  return (value ^ (value >>> 13)) >>> 0
}
