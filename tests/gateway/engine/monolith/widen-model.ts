// What a drawn model has beside the usual: objects that lead back to Query, fields that are provided two levels deep, required
// through fragments on abstract types, taken over for a share of the requests, or never null in one subgraph alone.
import type { Entity, Field, Interface, Model, OwnEntity, OwnField, Subgraph } from './model.ts'
import { answeredFields, keyFields, namedType } from './model.ts'
import { type Pick, pickOne } from './random.ts'

const SCALARS = ['Int', 'String', 'Boolean', 'Float', 'ID', 'Colour']

export interface Widening {
  readonly pick: Pick
  readonly entities: readonly Entity[]
  readonly interfaces: readonly Interface[]
  readonly unions: ReadonlyMap<string, readonly string[]>
  readonly subgraphs: readonly Subgraph[]
  /** What a subgraph knows of an entity, from now on at least its key. */
  own(subgraph: Subgraph, entity: Entity): OwnEntity
}

/** Before what the fields of a subgraph lead to is added. */
export function widenModel(widening: Widening): void {
  const { pick, entities, subgraphs } = widening
  for (const entity of entities) {
    if (pick(2) === 0) addRequiringThroughFragment(widening, entity)
    if (pick(3) === 0) addRoot(widening, entity)
  }
  for (const subgraph of subgraphs) {
    if (subgraph.interfaceObject === null && pick(2) === 0) addDeepProvides(widening, subgraph)
  }
}

/** Once it is known what stands where. */
export function varyModel({ entities, subgraphs }: Model, pick: Pick): void {
  for (const entity of entities) {
    for (const one of entity.fields) {
      const owners = subgraphs
        .map((subgraph) => subgraph.entities.get(entity.name)?.fields.get(one.name))
        .filter((own): own is OwnField => own?.isExternal === false)
      const overriding = owners.find(({ overrides }) => overrides !== undefined)
      if (overriding !== undefined && pick(2) === 0) overriding.label = 'percent(50)'
      if (overriding !== undefined || owners.length < 2 || pick(2) === 0) continue
      if (one.type.endsWith('!') || one.requires !== undefined) continue
      if (!SCALARS.includes(namedType(one.type)) && one.candidates.length === 0) continue
      one.isPresent = true
      pickOne(pick, owners).type = `${one.type}!`
    }
  }
}

function addRoot({ pick, subgraphs }: Widening, entity: Entity): void {
  const owners = subgraphs.flatMap((one) => one.entities.get(entity.name) ?? [])
  const root: Field = {
    name: 'root',
    type: pickOne(pick, ['Query', 'Query!']),
    args: '',
    candidates: [],
  }
  entity.fields.push(root)
  pickOne(pick, owners).fields.set(root.name, { field: root, isExternal: false })
}

function addDeepProvides(widening: Widening, subgraph: Subgraph): void {
  const { pick, entities } = widening
  for (const one of answeredFields(subgraph)) {
    const target = subgraph.entities.get(namedType(one.field.type))
    if (target === undefined || pick(2) === 0) continue
    const able = target.entity.fields.filter(
      ({ name, type, args, requires }) =>
        args === '' &&
        requires === undefined &&
        !target.fields.has(name) &&
        entities.some((entity) => entity.name === namedType(type)),
    )
    if (able.length === 0) continue
    const via = pickOne(pick, able)
    const leaf = addLeaf(widening, { subgraph, type: namedType(via.type) })
    if (leaf === null) continue
    target.fields.set(via.name, { field: via, isExternal: true })
    one.provides = `${one.provides ?? ''} ${via.name} { ${leaf.name} }`.trim()
  }
}

/** A field that requires what one of the objects behind an abstract type has. */
function addRequiringThroughFragment(widening: Widening, entity: Entity): void {
  const { pick, subgraphs, own } = widening
  const homes = subgraphs.filter(
    (one) => one.entities.get(entity.name)?.isResolvable && one.interfaceObject === null,
  )
  if (homes.length === 0) return
  const home = pickOne(pick, homes)
  const mine = own(home, entity)
  const foreign = entity.fields.filter(
    ({ name, type, args, requires }) =>
      args === '' &&
      requires === undefined &&
      !mine.fields.has(name) &&
      objectsOf(widening, namedType(type)).length > 0,
  )
  if (foreign.length === 0) return
  const one = pickOne(pick, foreign)
  const object = pickOne(pick, objectsOf(widening, namedType(one.type)))
  const leaf = addLeaf(widening, { subgraph: home, type: object })
  if (leaf === null) return
  const calc: Field = {
    name: `deep${entity.name[0]}${home.name}`,
    type: 'String',
    args: '',
    candidates: [],
    requires: `${one.name} { __typename ... on ${object} { ${leaf.name} } }`,
  }
  entity.fields.push(calc)
  mine.fields.set(calc.name, { field: calc, isExternal: false })
  mine.fields.set(one.name, { field: one, isExternal: true })
}

function objectsOf({ interfaces, unions }: Widening, type: string): readonly string[] {
  return interfaces.find(({ name }) => name === type)?.implementers ?? unions.get(type) ?? []
}

/** A field without arguments that this subgraph gets from others; null where there is none. */
function addLeaf(
  { pick, entities, own }: Widening,
  { subgraph, type }: { subgraph: Subgraph; type: string },
): Field | null {
  const entity = entities.find(({ name }) => name === type)
  if (entity === undefined) return null
  const there = own(subgraph, entity)
  const leaves = entity.fields.filter(
    ({ name, type, args, requires }) =>
      SCALARS.includes(namedType(type)) &&
      args === '' &&
      requires === undefined &&
      there.fields.get(name)?.isExternal !== false &&
      !(name in keyFields),
  )
  if (leaves.length === 0) return null
  const leaf = pickOne(pick, leaves)
  if (!there.fields.has(leaf.name)) there.fields.set(leaf.name, { field: leaf, isExternal: true })
  return leaf
}
