// Which fields of an operation its caller may not read, one by one: those, and no others, for which the whole would be refused.
import { type Denial, strictestDenial, usesLive } from '@sallyport/claims/predicates'
import {
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import type { DeniedCaller } from '../operation/prepared-operation.ts'
import type { GraphAccess } from '../supergraph/access.ts'
import type { Guard } from '../supergraph/guard.ts'
import { type SelectionSource, withPossibleTypes } from './coordinates.ts'

/** A field, on the type that it is selected on, and all that is asked of anybody who reads it. */
export interface GuardedField {
  /** `Type.field` */
  readonly coordinate: string
  readonly guards: readonly Guard[]
}

/** Every guarded field that the operation selects, each once. */
export function collectGuardedFields(
  source: SelectionSource,
  access: GraphAccess,
): readonly GuardedField[] {
  const { schema, document } = source
  const found = new Map<string, GuardedField>()
  const typeInfo = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field({ name: { value: field } }) {
        const parent = typeInfo.getParentType()
        const coordinate = `${parent?.name}.${field}`
        if (!parent || found.has(coordinate) || field === '__typename') return
        const guards = guardsOfField(
          { parent, field, output: typeInfo.getType() },
          { schema, access },
        )
        if (guards.length > 0) found.set(coordinate, { coordinate, guards })
      },
    }),
  )
  return [...found.values()]
}

/** All that is asked of anybody who reads a field: its own rule, those of its type, of the type of its value, and of what these can be. */
export function guardsOfField(
  { parent, field, output }: SelectedField,
  { schema, access }: { readonly schema: GraphQLSchema; readonly access: GraphAccess },
): readonly Guard[] {
  const parents = withPossibleTypes(schema, parent)
  const outputs = output ? withPossibleTypes(schema, getNamedType(output)) : []
  const guards = [
    ...[...parents, ...outputs].map(({ name }) => access.get(name)?.guard),
    ...parents.map(({ name }) => access.get(name)?.fields.get(field)?.guard),
  ]
  return [...new Set(guards.filter((guard) => guard !== null && guard !== undefined))]
}

interface SelectedField {
  readonly parent: GraphQLCompositeType
  readonly field: string
  readonly output: GraphQLOutputType | null | undefined
}

/** Those that this caller may not read, by their place in `fields`. A guard is asked once. */
export function deniedFields(
  fields: readonly GuardedField[],
  caller: DeniedCaller,
): ReadonlyMap<number, Denial> {
  const answers = new Map<Guard, Denial | null>()
  const denied = new Map<number, Denial>()
  fields.forEach(({ guards }, index) => {
    const denial = strictestDenial(guards.map(ask))
    if (denial !== null) denied.set(index, denial)
  })
  return denied

  function ask(guard: Guard): Denial | null {
    const known = answers.get(guard)
    if (known !== undefined) return known
    const denial = askGuard(guard, caller)
    answers.set(guard, denial)
    return denial
  }
}

const NOT_LIVE: Denial = Object.freeze({ code: 'FORBIDDEN', missing: 'an answer of auth' })

function askGuard({ rule, predicate, dryRunUntil }: Guard, caller: DeniedCaller): Denial | null {
  const { claims, nowSeconds, isKnownToAuth } = caller
  // What a dry run lets pass, the check of the whole operation has logged.
  if (dryRunUntil !== null && nowSeconds * 1000 < dryRunUntil) return null
  const denial = predicate(claims, nowSeconds)
  return isKnownToAuth || !usesLive(rule) ? denial : strictestDenial([denial, NOT_LIVE])
}
