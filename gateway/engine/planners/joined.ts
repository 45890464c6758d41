// What each subgraph knows, as the join directives of a supergraph say it (join spec v0.3).
import {
  type ConstDirectiveNode,
  type DocumentNode,
  Kind,
  parse,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql'
import { readArguments } from '../../supergraph/links.ts'

export interface Joined {
  /** Object types that may stand where a subgraph says this type; all of them where it is an object there, by @interfaceObject. */
  objectsOf(type: string, subgraph: string): ReadonlySet<string>
  /** The same, whoever says it. */
  allObjectsOf(type: string): ReadonlySet<string>
  keysOf(type: string, subgraph: string): readonly Key[]
  /** What a subgraph says of a field; null where it says nothing of its own. */
  fieldIn(type: string, field: string, subgraph: string): JoinedField | null
  /** What a field requires, in whichever subgraph. */
  requiredBy(type: string, field: string): readonly SelectionSetNode[]
  /** Whether any field requires another. */
  readonly hasRequired: boolean
  /** The name of a field's type. */
  namedType(type: string, field: string): string
  /** Objects that may stand behind a field: those of all subgraphs that answer it, as any of them may be asked and all say the same. */
  objectsBehind(type: string, field: string): ReadonlySet<string>
}

export interface Key {
  readonly selections: SelectionSetNode
  readonly isResolvable: boolean
}

export interface JoinedField {
  readonly isExternal: boolean
  readonly provides: SelectionSetNode | null
  /** What an object is sent with, beside its key, when it is asked for this field. */
  readonly requires: SelectionSetNode | null
}

type Arguments = Readonly<Record<string, unknown>>

interface Answer {
  readonly subgraph: string
  readonly type: string
}

export function readJoined(supergraph: DocumentNode): Joined {
  const graphs = readGraphNames(supergraph)
  const known = new Map<string, Set<string>>()
  const everywhere = new Map<string, Set<string>>()
  const interfaceObjects = new Set<string>()
  const keys = new Map<string, Key[]>()
  const fields = new Map<string, JoinedField>()
  const required = new Map<string, SelectionSetNode[]>()
  const types = new Map<string, string>()
  /** Where a field is answered, and by what type it is known there. */
  const answers = new Map<string, Answer[]>()
  for (const definition of supergraph.definitions) {
    if (definition.kind === Kind.UNION_TYPE_DEFINITION) {
      const { name, directives, types: members = [] } = definition
      for (const member of members) addObject(name.value, member.name.value)
      for (const { graph, member } of argumentsOf(directives, 'join__unionMember')) {
        addObject(at(name.value, graph), String(member), known)
      }
    }
    const isObject = definition.kind === Kind.OBJECT_TYPE_DEFINITION
    if (!isObject && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    const type = definition.name.value
    if (isObject) {
      addObject(type, type)
      for (const { name } of definition.interfaces ?? []) addObject(name.value, type)
      for (const one of argumentsOf(definition.directives, 'join__implements')) {
        addObject(at(String(one.interface), one.graph), type, known)
      }
    }
    const ofType = argumentsOf(definition.directives, 'join__type')
    for (const one of ofType) addType(type, one, isObject)
    for (const { name, type: own, directives } of definition.fields ?? []) {
      types.set(`${type}.${name.value}`, nameOf(own))
      const ofField = argumentsOf(directives, 'join__field')
      const answered = (ofField.length > 0 ? ofField : ofType).filter(isAnswered)
      answers.set(
        `${type}.${name.value}`,
        answered.map((one) => ({
          subgraph: graphs.get(String(one.graph)) ?? '',
          type: typeof one.type === 'string' ? nameIn(one.type) : nameOf(own),
        })),
      )
      for (const one of ofField) {
        const requires = selectionsOf(one.requires)
        fields.set(at(`${type}.${name.value}`, one.graph), {
          isExternal: one.external === true && one.usedOverridden !== true,
          provides: selectionsOf(one.provides),
          requires,
        })
        const own = `${type}.${name.value}`
        if (requires !== null) required.set(own, [...(required.get(own) ?? []), requires])
      }
    }
  }
  const allObjectsOf = (type: string) => everywhere.get(type) ?? new Set<string>()
  const objectsOf = (type: string, subgraph: string) => {
    if (interfaceObjects.has(`${type}@${subgraph}`)) return allObjectsOf(type)
    return known.get(`${type}@${subgraph}`) ?? allObjectsOf(type)
  }
  return {
    allObjectsOf,
    objectsOf,
    keysOf: (type, subgraph) => keys.get(`${type}@${subgraph}`) ?? [],
    fieldIn: (type, field, subgraph) => fields.get(`${type}.${field}@${subgraph}`) ?? null,
    requiredBy: (type, field) => required.get(`${type}.${field}`) ?? [],
    hasRequired: required.size > 0,
    namedType: (type, field) => types.get(`${type}.${field}`) ?? '',
    objectsBehind(type, field) {
      const [first, ...others] = (answers.get(`${type}.${field}`) ?? []).map((one) =>
        objectsOf(one.type, one.subgraph),
      )
      if (first === undefined) return allObjectsOf(types.get(`${type}.${field}`) ?? '')
      return new Set([...first].filter((one) => others.every((other) => other.has(one))))
    },
  }

  function at(what: string, graph: unknown): string {
    return `${what}@${graphs.get(String(graph)) ?? String(graph)}`
  }

  function addObject(type: string, object: string, into = everywhere): void {
    into.set(type, (into.get(type) ?? new Set()).add(object))
  }

  function addType(
    type: string,
    { graph, key, resolvable, isInterfaceObject }: Arguments,
    isObject: boolean,
  ): void {
    const place = at(type, graph)
    if (isInterfaceObject === true) interfaceObjects.add(place)
    // An interface that no object of this subgraph has: none can stand there.
    else if (!isObject) known.set(place, known.get(place) ?? new Set())
    const selections = selectionsOf(key)
    if (selections === null) return
    const own = { selections, isResolvable: resolvable !== false }
    keys.set(place, [...(keys.get(place) ?? []), own])
  }
}

/** Of a type or field of one subgraph: whether it is answered there. */
export function isAnswered({ graph, external, usedOverridden }: Arguments): boolean {
  return graph !== undefined && external !== true && usedOverridden !== true
}

/** `AUTH` of the enum join__Graph is the subgraph "auth". */
export function readGraphNames(supergraph: DocumentNode): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION) continue
    if (definition.name.value !== 'join__Graph') continue
    for (const value of definition.values ?? []) {
      for (const { name } of (value.directives ?? []).map(readArguments)) {
        if (typeof name === 'string') names.set(value.name.value, name)
      }
    }
  }
  return names
}

function argumentsOf(
  directives: readonly ConstDirectiveNode[] = [],
  directive: string,
): readonly Arguments[] {
  return directives.filter(({ name }) => name.value === directive).map(readArguments)
}

function selectionsOf(text: unknown): SelectionSetNode | null {
  if (typeof text !== 'string') return null
  const [definition] = parse(`{ ${text} }`, { noLocation: true }).definitions
  return definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet : null
}

/** The name in a type as SDL has it, `[Media!]`. */
export function nameIn(type: string): string {
  return type.replace(/[[\]!]/g, '')
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type)
}
