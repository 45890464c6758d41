// An operation that asks for what its fields require (`@requires`) by itself, of every object beside which they stand. Planners that
// order the fetches of such fields wrong, or ask some objects alone for what all are sent with, plan it right then:
//
//   fill @requires(fields: "stamp")    stamp @requires(fields: "weight")
//   asked      { box { fill } }
//   planned    { box { fill stamp weight } }
//
// What comes beyond what was asked for does not go into the answer. It is fetched for nothing now and then, so this is for operations
// that cannot be planned otherwise.
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { relatedTypes } from '../../operation/planner-fields.ts'
import { textOfField } from './fetched.ts'
import type { Joined } from './joined.ts'
import { type Planner, UnsupportedOperation } from './planner.ts'
import { withoutSpreads } from './without-spreads.ts'

/** A planner that is asked so for what it cannot plan as it is. */
export function withRequiredFields(planner: Planner, joined: Joined): Planner {
  return {
    ...planner,
    async plan(input, percentage) {
      const beganAt = performance.now()
      try {
        return await planner.plan(input, percentage)
      } catch (error) {
        const isMendable = error instanceof UnsupportedOperation && MENDABLE.has(error.reason)
        const isCostly =
          input.text.length > MOST_CHARACTERS || performance.now() - beganAt > MOST_MS
        if (!isMendable || isCostly) throw error
        const document = addRequired(input.document, { schema: planner.schema, joined })
        if (document === null) throw error
        const wider = { ...input, document, text: print(document) }
        return await planner.plan(wider, percentage).catch(() => {
          throw error
        })
      }
    },
  }
}

/** One that hangs or ends a planner does not get another try. */
const MENDABLE: ReadonlySet<string> = new Set([
  'NO_PATH',
  'KEY_NOT_RESOLVABLE',
  'FIELD_NOT_PROVIDED',
])

const NONE: ReadonlySet<string> = new Set([])

/** A longer document would hold up the event loop: it is walked as a whole. */
const MOST_CHARACTERS = 10_000
/** What took a planner longer would take it as long once more, while others wait for it. */
const MOST_MS = 5000

/** So long a chain of fields that require each other may be. */
const MOST_TURNS = 6

interface AddOptions {
  readonly schema: GraphQLSchema
  readonly joined: Joined
}

/** Null: there is nothing to add. */
function addRequired(source: DocumentNode, options: AddOptions): DocumentNode | null {
  if (!options.joined.hasRequired) return null
  const document = withoutSpreads(source)
  const relatedTo = createRelatedTypes(options.schema)
  let isWider = false
  const definitions = document.definitions.map((one) => {
    if (one.kind !== Kind.OPERATION_DEFINITION) return one
    const type = options.schema.getRootType(one.operation)
    return type ? { ...one, selectionSet: widen(one.selectionSet, type, NONE) } : one
  })
  return isWider ? { ...document, definitions } : null

  /** @param above names that are selected of the same objects already */
  function widen(
    given: SelectionSetNode,
    type: GraphQLNamedType,
    above: ReadonlySet<string>,
  ): SelectionSetNode {
    let set = given
    for (let turn = 0; turn < MOST_TURNS; turn += 1) {
      const missing = missingIn(set, type).filter(([name]) => !above.has(name))
      if (missing.length === 0) break
      isWider = true
      set = { ...set, selections: [...set.selections, ...missing.map(([, node]) => node)] }
    }
    const names = set.selections.flatMap((one) =>
      one.kind === Kind.FIELD && one.alias === undefined ? [one.name.value] : [],
    )
    const known = new Set([...above, ...names])
    return { ...set, selections: set.selections.map((one) => widenBelow(one, type, known)) }
  }

  function widenBelow(
    one: SelectionNode,
    type: GraphQLNamedType,
    above: ReadonlySet<string>,
  ): SelectionNode {
    if (one.kind === Kind.FRAGMENT_SPREAD || one.selectionSet === undefined) return one
    if (one.kind === Kind.FIELD) {
      const below = typeOf(type, one.name.value)
      return below ? { ...one, selectionSet: widen(one.selectionSet, below, NONE) } : one
    }
    const own = conditionOf(one.typeCondition?.name.value, type)
    return { ...one, selectionSet: widen(one.selectionSet, own, above) }
  }

  /** What fields of a selection, and of fragments in it, require, and is not selected there; not where another field has its name. */
  function missingIn(
    set: SelectionSetNode,
    type: GraphQLNamedType,
  ): readonly (readonly [name: string, node: FieldNode])[] {
    const own = new Set(set.selections)
    const selected = new Set<string>()
    const texts = new Map<string, string>()
    const required = new Map<string, FieldNode>()
    look(set, type)
    return [...required].filter(([name, node]) => {
      const text = texts.get(name)
      return !selected.has(name) && (text === undefined || text === textOfField(node))
    })

    function look({ selections }: SelectionSetNode, at: GraphQLNamedType): void {
      for (const one of selections) {
        if (one.kind === Kind.INLINE_FRAGMENT) {
          look(one.selectionSet, conditionOf(one.typeCondition?.name.value, at))
        } else if (one.kind === Kind.FIELD) {
          const name = (one.alias ?? one.name).value
          texts.set(name, textOfField(one))
          if (own.has(one)) selected.add(name)
          for (const related of relatedTo(at)) {
            for (const each of options.joined.requiredBy(related, one.name.value)) add(each)
          }
        }
      }
    }

    function add({ selections }: SelectionSetNode): void {
      for (const one of selections) {
        if (one.kind !== Kind.FIELD || typeOf(type, one.name.value) === undefined) continue
        if (!required.has(one.name.value)) required.set(one.name.value, one)
      }
    }
  }

  function conditionOf(name: string | undefined, type: GraphQLNamedType): GraphQLNamedType {
    return (name === undefined ? undefined : options.schema.getType(name)) ?? type
  }
}

function typeOf(type: GraphQLNamedType, field: string): GraphQLNamedType | undefined {
  if (!isObjectType(type) && !isInterfaceType(type)) return undefined
  const found = type.getFields()[field]
  return found && getNamedType(found.type)
}

/** Asked for each field of a document. */
function createRelatedTypes(schema: GraphQLSchema): (type: GraphQLNamedType) => readonly string[] {
  const known = new Map<GraphQLNamedType, readonly string[]>()
  return (type) => {
    const related = known.get(type) ?? relatedTypes(schema, type)
    known.set(type, related)
    return related
  }
}
