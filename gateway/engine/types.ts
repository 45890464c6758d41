// Which type is which other, by name, over the whole supergraph: subgraphs may require of each other what clients cannot see.
import { type DocumentNode, Kind } from 'graphql'

/** Whether an object of the one type is an object of the other. */
export type IsOfType = (typename: string, condition: string) => boolean

/** Whether a `__typename` is that of an object type. */
export type IsObjectType = (typename: unknown) => boolean

export interface Types {
  readonly isOfType: IsOfType
  readonly isObjectType: IsObjectType
}

export function readTypes({ definitions }: DocumentNode): Types {
  const objects = new Set<unknown>()
  /** By interface or union. */
  const members = new Map<string, Set<string>>()
  const addMember = (of: string, member: string) => {
    members.set(of, (members.get(of) ?? new Set()).add(member))
  }
  for (const definition of definitions) {
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION) objects.add(definition.name.value)
    if ('interfaces' in definition) {
      for (const { name } of definition.interfaces ?? []) {
        addMember(name.value, definition.name.value)
      }
    }
    if (definition.kind === Kind.UNION_TYPE_DEFINITION) {
      for (const { name } of definition.types ?? []) {
        addMember(definition.name.value, name.value)
      }
    }
  }
  return {
    isOfType: (typename, condition) =>
      typename === condition || members.get(condition)?.has(typename) === true,
    isObjectType: (typename) => objects.has(typename),
  }
}
