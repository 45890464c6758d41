// A monolith and the subgraphs that it is cut into, as plain data: what `draw-model.ts` makes, and the rest of this folder reads.
//
//   monolith   type Alpha { id sku label: String peer: Beta calc: String }
//   one        type Alpha @key(fields: "id") { id label }
//   two        type Alpha @key(fields: "id") @key(fields: "sku") { id sku peer label @external calc @requires(fields: "label") }

export interface Field {
  readonly name: string
  /** As SDL writes it. */
  readonly type: string
  /** As SDL writes them; empty for none. */
  readonly args: string
  /** What an abstract or entity type may be here: all subgraphs that answer the field know these. */
  candidates: readonly string[]
  /** A selection, for a field that is computed from others. */
  requires?: string
  /** It is never null and never fails: some subgraph says so, where another does not. */
  isPresent?: boolean
}

export interface Entity {
  readonly name: string
  readonly keys: readonly string[]
  readonly fields: Field[]
}

export interface ValueType {
  readonly name: string
  readonly fields: readonly Field[]
}

/** A field as one subgraph has it. */
export interface OwnField {
  readonly field: Field
  isExternal: boolean
  provides?: string
  /** The subgraph that it is taken from. */
  overrides?: string
  /** It is taken for a share of the requests. */
  label?: string
  /** As this subgraph writes it, where that is more than the others do. */
  type?: string
}

export interface OwnEntity {
  readonly entity: Entity
  keys: string[]
  readonly fields: Map<string, OwnField>
  isResolvable: boolean
  readonly implemented: Set<string>
}

export interface Subgraph {
  readonly name: string
  readonly entities: Map<string, OwnEntity>
  readonly roots: Map<string, OwnField>
  readonly mutations: Map<string, OwnField>
  readonly values: Map<string, ReadonlySet<string>>
  readonly interfaces: Set<string>
  /** Members by union. */
  readonly unions: Map<string, readonly string[]>
  /** An entity interface that this subgraph knows as an object, with what it adds. */
  interfaceObject: Map<string, OwnField> | null
}

export interface Interface {
  readonly name: string
  readonly implementers: readonly string[]
  readonly fields: readonly Field[]
  /** The subgraph that knows its objects, for an interface with a key. */
  readonly home: string | null
  /** What an @interfaceObject adds to each of its objects. */
  readonly added: Field[]
}

export interface Model {
  /** With what `widen-model.ts` adds. */
  readonly isWide: boolean
  readonly entities: readonly Entity[]
  readonly values: readonly ValueType[]
  readonly interfaces: readonly Interface[]
  readonly unions: ReadonlyMap<string, readonly string[]>
  readonly subgraphs: readonly Subgraph[]
}

/** Fields that say which entity it is. */
export const keyFields: Readonly<Record<string, Field>> = {
  id: { name: 'id', type: 'ID!', args: '', candidates: [] },
  sku: { name: 'sku', type: 'String!', args: '', candidates: [] },
  code: { name: 'code', type: 'ID!', args: '', candidates: [] },
  part: { name: 'part', type: 'Int!', args: '', candidates: [] },
  org: { name: 'org', type: 'Org!', args: '', candidates: [] },
}

export const keySets = ['id', 'sku', 'code part', 'code org { id }'] as const

export function namesOfKey(key: string): string[] {
  return key
    .replace(/\{.*\}/, '')
    .trim()
    .split(/\s+/)
}

export function namedType(type: string): string {
  return type.replace(/[[\]!]/g, '')
}

/** What a subgraph answers itself, at its roots and in its entities. */
export function answeredFields({ roots, entities }: Subgraph): readonly OwnField[] {
  const owned = [...entities.values()].flatMap(({ fields }) => [...fields.values()])
  return [...roots.values(), ...owned].filter(({ isExternal }) => !isExternal)
}
