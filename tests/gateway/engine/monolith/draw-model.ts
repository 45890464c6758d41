// Draws a monolith and cuts it into subgraphs. Most of what comes out composes; what does not is passed over by the test.
import {
  answeredFields,
  type Entity,
  type Field,
  type Interface,
  keyFields,
  keySets,
  type Model,
  namedType,
  namesOfKey,
  type OwnEntity,
  type Subgraph,
  type ValueType,
} from './model.ts'
import { createPick, type Pick, pickOne, pickSome } from './random.ts'
import { varyModel, widenModel } from './widen-model.ts'

const ENTITIES = ['Alpha', 'Beta', 'Gamma', 'Delta']
const SUBGRAPHS = ['one', 'two', 'three', 'four']
const SCALARS = ['Int', 'String', 'Boolean', 'Float', 'ID', 'Colour', 'String', 'Int']
const ARGUMENTS = [
  '(n: Int = 3)',
  '(currency: String!)',
  '(colour: Colour, n: Int)',
  '(wanted: Wanted)',
]

interface Drawing {
  readonly pick: Pick
  readonly entities: readonly Entity[]
  readonly interfaces: readonly Interface[]
  readonly values: readonly ValueType[]
  readonly subgraphs: readonly Subgraph[]
}

export interface DrawModelOptions {
  /** With what `widen-model.ts` adds. Default: false. */
  readonly isWide?: boolean
}

export function drawModel(seed: number, { isWide = false }: DrawModelOptions = {}): Model {
  const pick = createPick(seed)
  const names = ENTITIES.slice(0, 3 + pick(2))
  const subgraphs = SUBGRAPHS.slice(0, 3 + pick(2)).map(emptySubgraph)
  const interfaces = drawInterfaces(pick, names, subgraphs)
  const values = drawValues(pick, names)
  const entities = names.map((name) => drawEntity({ pick, names, interfaces }, name))
  const drawing = { pick, entities, interfaces, values, subgraphs }
  const unions = new Map([['Any', pickSome(pick, names)]])
  for (const entity of entities) spreadEntity(drawing, entity)
  addInterfaceObject(drawing)
  for (const subgraph of subgraphs) drawRoots(drawing, subgraph)
  for (const entity of entities) if (pick(3) !== 0) addRequiring(drawing, entity)
  for (const subgraph of subgraphs) if (pick(2) === 0) addProvides(drawing, subgraph)
  if (isWide) widenModel({ ...drawing, unions, own })
  for (const subgraph of subgraphs) complete(drawing, subgraph, unions)
  if (pick(3) === 0) addOverride(drawing)
  const model = { isWide, entities, values, interfaces, unions, subgraphs }
  chooseCandidates(model)
  if (isWide) varyModel(model, pick)
  return model
}

function emptySubgraph(name: string): Subgraph {
  return {
    name,
    entities: new Map(),
    roots: new Map(),
    mutations: new Map(),
    values: new Map(),
    interfaces: new Set(),
    unions: new Map(),
    interfaceObject: null,
  }
}

function drawInterfaces(
  pick: Pick,
  names: readonly string[],
  subgraphs: readonly Subgraph[],
): Interface[] {
  const label = pick(2) === 0 ? '' : pickOne(pick, ARGUMENTS)
  const named: Interface = {
    name: 'Named',
    implementers: pickSome(pick, names),
    fields: [field('label', 'String', label), field('peer', 'Named')],
    home: null,
    added: [],
  }
  if (pick(2) === 0) return [named]
  const media: Interface = {
    name: 'Media',
    implementers: names.slice(0, 2),
    fields: [field('title', pickOne(pick, ['String', 'Int!'])), field('sequel', 'Media')],
    home: subgraphs[0]?.name ?? '',
    added: [field('stars', 'Float'), field('about', pickOne(pick, ['Gamma', '[Media]', 'Org']))],
  }
  return [named, media]
}

function drawValues(pick: Pick, names: readonly string[]): ValueType[] {
  return [
    { name: 'Org', fields: [field('id', 'ID!')] },
    {
      name: 'Size',
      fields: [field('width', 'Int'), field('height', 'Float!'), field('inner', 'Place')],
    },
    {
      name: 'Place',
      fields: [
        field('town', 'String', pick(2) === 0 ? '' : pickOne(pick, ARGUMENTS)),
        field('owner', pickOne(pick, names)),
      ],
    },
  ]
}

function drawEntity(
  {
    pick,
    names,
    interfaces,
  }: { pick: Pick; names: readonly string[]; interfaces: readonly Interface[] },
  name: string,
): Entity {
  const own = interfaces.filter(({ implementers }) => implementers.includes(name))
  const others = pickSome(pick, keySets)
  const keys = own.length > 0 ? ['id', ...others.filter((key) => key !== 'id')] : others
  const inherited = own.flatMap(({ fields }) =>
    fields.map((one) => {
      // What an interface declares, an object may declare with more.
      const narrow = interfaces.find((other) => other.name === one.type)?.implementers ?? []
      const type = narrow.length > 0 && pick(2) === 0 ? pickOne(pick, narrow) : one.type
      return field(
        one.name,
        type === one.type && pick(4) === 0 && !type.endsWith('!') ? `${type}!` : type,
        one.args,
      )
    }),
  )
  const targets = [...names, ...interfaces.map((one) => one.name), 'Any', 'Size', 'Place']
  const drawn = Array.from({ length: 3 + pick(3) }, (_, index) =>
    drawField(pick, `f${index}${name[0]?.toLowerCase()}`, targets),
  )
  return { name, keys: keys.slice(0, 3), fields: [...inherited, ...drawn] }
}

function drawField(pick: Pick, name: string, targets: readonly string[]): Field {
  const isScalar = pick(2) === 0
  const named = isScalar ? pickOne(pick, SCALARS) : pickOne(pick, targets)
  const args = pick(3) === 0 ? pickOne(pick, ARGUMENTS) : ''
  return field(name, wrap(pick, named), args)
}

function wrap(pick: Pick, named: string): string {
  return pickOne(pick, [
    named,
    named,
    named,
    `${named}!`,
    `[${named}]`,
    `[${named}!]`,
    `[${named}!]!`,
    `[[${named}]!]`,
  ])
}

function field(name: string, type: string, args = ''): Field {
  return { name, type, args, candidates: [] }
}

/** Gives each field of an entity to one or more subgraphs. */
function spreadEntity({ pick, subgraphs, interfaces }: Drawing, entity: Entity): void {
  const homes = interfaces
    .filter(({ implementers, home }) => home !== null && implementers.includes(entity.name))
    .map(({ home }) => home)
  // Behind an @interfaceObject a subgraph may know none of the objects: the last one stays free for that.
  const isHidden = homes.length > 0
  const possible = isHidden ? subgraphs.slice(0, -1) : subgraphs
  const owners = pickSome(pick, possible)
  for (const subgraph of possible.filter((one) => homes.includes(one.name))) {
    if (!owners.includes(subgraph)) owners.push(subgraph)
  }
  const isRegular = pick(8) !== 0 || isHidden
  for (const owner of owners) {
    const keys = pickSome(pick, entity.keys)
    const main = entity.keys[0] as string
    addEntity(owner, entity, isRegular && !keys.includes(main) ? [main, ...keys] : keys)
  }
  const media = interfaces.find(({ home }) => home !== null)
  for (const one of entity.fields) {
    const isHiding = media !== undefined && hides(media, namedType(one.type))
    const able = isHiding ? owners.filter((owner) => owner !== subgraphs.at(-1)) : owners
    if (able.length === 0) able.push(subgraphs[0] as Subgraph)
    const isAbstract = ['Any', ...interfaces.map(({ name }) => name)].includes(namedType(one.type))
    const isShared = pick(isAbstract ? 9 : 3) === 0
    const chosen = new Set(isShared ? pickSome(pick, able) : [pickOne(pick, able)])
    // What an interface with a key declares, its objects have where it is.
    const home = interfaces.find(
      ({ home, fields }) => home !== null && fields.some(({ name }) => name === one.name),
    )
    for (const owner of able)
      if (home !== undefined && isHidden && owner.name === home.home) chosen.add(owner)
    for (const owner of chosen)
      own(owner, entity).fields.set(one.name, { field: one, isExternal: false })
  }
}

function addEntity(subgraph: Subgraph, entity: Entity, keys: readonly string[]): OwnEntity {
  const known = subgraph.entities.get(entity.name)
  if (known !== undefined) return known
  const added: OwnEntity = {
    entity,
    keys: [...keys],
    fields: new Map(),
    isResolvable: true,
    implemented: new Set(),
  }
  subgraph.entities.set(entity.name, added)
  return added
}

function own(subgraph: Subgraph, entity: Entity): OwnEntity {
  return addEntity(subgraph, entity, entity.keys.slice(0, 1))
}

function addInterfaceObject({ pick, interfaces, subgraphs }: Drawing): void {
  const media = interfaces.find(({ home }) => home !== null)
  const last = subgraphs.at(-1)
  if (media === undefined || last === undefined || pick(4) === 0) {
    media?.added.splice(0)
    return
  }
  const knowsObjects = media.implementers.some((name) => last.entities.has(name))
  if (knowsObjects) throw new Error('an @interfaceObject beside its objects')
  if (pick(2) === 0) {
    const args = pick(2) === 0 ? '(currency: String!)' : ''
    media.added.push({ ...field('verdict', 'String', args), requires: 'title' })
  }
  last.interfaceObject = new Map(
    media.added.map((one) => [one.name, { field: one, isExternal: false }]),
  )
  const title = media.fields[0] as Field
  if (media.added.some(({ requires }) => requires !== undefined)) {
    last.interfaceObject.set('title', { field: title, isExternal: true })
  }
}

function drawRoots({ pick, entities, interfaces, subgraphs }: Drawing, subgraph: Subgraph): void {
  const hidden = interfaces.find(({ home }) => home !== null && subgraph.interfaceObject !== null)
  const names = [
    ...entities.map(({ name }) => name),
    ...interfaces.map(({ name }) => name),
    'Any',
    'Size',
  ].filter((name) => hidden === undefined || !hides(hidden, name))
  const last = subgraphs.at(-1)
  for (let index = 0; index < 2 + pick(2); index += 1) {
    const drawn = drawField(pick, `${subgraph.name}${index}`, names)
    subgraph.roots.set(drawn.name, { field: drawn, isExternal: false })
    const other = pickOne(pick, subgraphs)
    if (pick(5) === 0 && other !== subgraph && other !== last && subgraph !== last) {
      other.roots.set(drawn.name, { field: drawn, isExternal: false })
    }
  }
  if (pick(3) === 0) {
    const drawn = drawField(pick, `do${subgraph.name}`, names)
    subgraph.mutations.set(drawn.name, { field: drawn, isExternal: false })
  }
}

/** Where an interface is an object its objects, and what leads to them, are unknown. */
function hides({ implementers }: Interface, name: string): boolean {
  return implementers.includes(name) || ['Any', 'Size', 'Place', 'Named'].includes(name)
}

/** A field that one subgraph computes from what others answer. */
function addRequiring(drawing: Drawing, entity: Entity): void {
  const { pick, entities, values, interfaces, subgraphs } = drawing
  const media = interfaces.find(({ home }) => home !== null)
  const homes = subgraphs.filter((one) => one.entities.get(entity.name)?.isResolvable)
  const home = pickOne(pick, homes)
  const mine = own(home, entity)
  const foreign = entity.fields.filter(
    (one) => !mine.fields.has(one.name) && one.requires === undefined,
  )
  if (foreign.length === 0) return
  for (let index = 0; index < 1 + pick(2); index += 1) {
    const chosen = pickSome(pick, foreign).slice(0, 2)
    const parts = chosen.map((one) => requiredText(one))
    if (parts.some((part) => part === null)) continue
    const args = pick(3) === 0 ? pickOne(pick, ARGUMENTS) : ''
    const calc: Field = {
      ...field(
        `calc${index}${entity.name[0]}${home.name}`,
        pickOne(pick, ['String', 'Int', 'Gamma']),
        args,
      ),
      requires: parts.join(' '),
    }
    entity.fields.push(calc)
    mine.fields.set(calc.name, { field: calc, isExternal: false })
    for (const one of chosen) mine.fields.set(one.name, { field: one, isExternal: true })
    for (const [target, leaf] of leavesOf(chosen, parts.join(' '))) {
      const there = own(home, target)
      if (!there.fields.has(leaf.name))
        there.fields.set(leaf.name, { field: leaf, isExternal: true })
    }
  }

  /** What is selected of entities. */
  function leavesOf(chosen: readonly Field[], text: string): (readonly [Entity, Field])[] {
    return chosen.flatMap((one) => {
      const target = entities.find(({ name }) => name === namedType(one.type))
      const found = new RegExp(`\\b${one.name}\\b[^{]*\\{ (\\w+)`).exec(text)?.[1]
      const leaf = target?.fields.find(({ name }) => name === found)
      return target === undefined || leaf === undefined ? [] : [[target, leaf] as const]
    })
  }

  function requiredText(one: Field): string | null {
    const named = namedType(one.type)
    if (media !== undefined && home.interfaceObject !== null && hides(media, named)) return null
    const head = `${one.name}${argumentsFor(pick, one)}`
    const value = values.find(({ name }) => name === named)
    if (value !== undefined) {
      const leaves = value.fields.filter(
        ({ type, args }) => SCALARS.includes(namedType(type)) && args === '',
      )
      if (leaves.length === 0) return null
      return `${head} { ${pickSome(pick, leaves)
        .map(({ name }) => name)
        .join(' ')} }`
    }
    const target = entities.find(({ name }) => name === named)
    if (target !== undefined) return requiredOfEntity(head, target)
    return SCALARS.includes(named) ? head : null
  }

  function requiredOfEntity(head: string, target: Entity): string | null {
    const leaves = target.fields.filter(
      ({ type, requires }) => SCALARS.includes(namedType(type)) && requires === undefined,
    )
    const leaf = leaves[pick(Math.max(1, leaves.length))]
    if (leaf === undefined) return `${head} { __typename }`
    return `${head} { ${leaf.name}${argumentsFor(pick, leaf)} }`
  }
}

/** Arguments of a field set: what must be given, and sometimes what need not. */
function argumentsFor(pick: Pick, { args }: Field): string {
  if (args.includes('currency')) return `(currency: "${pickOne(pick, ['USD', 'YEN'])}")`
  if (args.includes('n: Int') && pick(2) === 0) return `(n: ${pick(3)})`
  return ''
}

function addProvides({ pick }: Drawing, subgraph: Subgraph): void {
  for (const one of answeredFields(subgraph)) {
    const target = subgraph.entities.get(namedType(one.field.type))
    if (target === undefined || pick(2) === 0) continue
    const leaf = target.entity.fields.find(
      (other) =>
        SCALARS.includes(namedType(other.type)) &&
        other.args === '' &&
        other.requires === undefined &&
        !target.fields.has(other.name),
    )
    if (leaf === undefined) continue
    target.fields.set(leaf.name, { field: leaf, isExternal: true })
    one.provides = leaf.name
  }
}

/** Moves a field from one subgraph to another; the one that had it still says something, and wrong. */
function addOverride({ pick, subgraphs }: Drawing): void {
  for (const subgraph of subgraphs) {
    for (const { entity, fields } of subgraph.entities.values()) {
      for (const one of fields.values()) {
        if (one.isExternal || one.field.requires !== undefined || one.provides !== undefined)
          continue
        const owners = subgraphs.filter(
          (other) =>
            other.entities.get(entity.name)?.fields.get(one.field.name)?.isExternal === false,
        )
        const other = owners.find((owner) => owner !== subgraph)
        if (owners.length !== 2 || other === undefined || pick(2) === 0) continue
        if (other.entities.get(entity.name)?.fields.get(one.field.name)?.overrides) continue
        if (other.entities.get(entity.name)?.fields.get(one.field.name)?.provides) continue
        one.overrides = other.name
        return
      }
    }
  }
}

/** Adds whatever the fields of a subgraph lead to. */
function complete(
  drawing: Drawing,
  subgraph: Subgraph,
  unions: ReadonlyMap<string, readonly string[]>,
): void {
  const { pick, entities, interfaces, values } = drawing
  const entityOf = (name: string) => entities.find((one) => one.name === name)
  const seen = new Set<string>()
  for (;;) {
    const wanted = [...typesNamed(subgraph, values)].filter((name) => !seen.has(name))
    if (wanted.length === 0) break
    for (const name of wanted) {
      seen.add(name)
      addType(name)
    }
  }
  for (const one of interfaces) {
    const objects = [...subgraph.entities.values()].filter(({ entity }) =>
      one.implementers.includes(entity.name),
    )
    if (subgraph.interfaces.has(one.name) || one.home === subgraph.name) {
      subgraph.interfaces.add(one.name)
      for (const object of objects) {
        const isSure = one.home !== null || pick(6) !== 0 || objects.length === 1
        if (isSure && object.keys.includes('id')) object.implemented.add(one.name)
      }
    }
  }

  function addType(name: string): void {
    const entity = entityOf(name)
    const value = values.find((one) => one.name === name)
    const abstract = interfaces.find((one) => one.name === name)
    if (entity !== undefined) stub(entity)
    else if (value !== undefined) {
      const all = value.fields.map((one) => one.name)
      const isWhole = name === 'Org' || pick(20) !== 0
      subgraph.values.set(name, new Set(isWhole ? all : all.slice(0, -1)))
    } else if (name === 'Any') addUnion(name)
    else if (
      abstract !== undefined &&
      !(abstract.home !== null && subgraph.interfaceObject !== null)
    ) {
      subgraph.interfaces.add(name)
      const objects = abstract.implementers.filter((one) =>
        subgraph.entities.get(one)?.keys.includes('id'),
      )
      if (objects.length === 0) {
        const first = entityOf(abstract.implementers[0] as string) as Entity
        const added = stub(first)
        if (!added.keys.includes('id')) added.keys.push('id')
      }
    }
  }

  function addUnion(name: string): void {
    const members = unions.get(name) ?? []
    const known = members.filter((one) => subgraph.entities.has(one))
    const chosen = known.length > 0 && pick(2) === 0 ? known : members
    const own = pick(3) === 0 ? pickSome(pick, chosen) : chosen
    for (const one of own) stub(entityOf(one) as Entity)
    subgraph.unions.set(name, own)
  }

  function stub(entity: Entity): OwnEntity {
    const isNew = !subgraph.entities.has(entity.name)
    const added = own(subgraph, entity)
    if (isNew && pick(4) === 0) added.isResolvable = false
    return added
  }
}

/** Every type that a subgraph's fields name. */
function* typesNamed(subgraph: Subgraph, values: readonly ValueType[]): Iterable<string> {
  for (const { field } of [...subgraph.roots.values(), ...subgraph.mutations.values()])
    yield namedType(field.type)
  for (const { field } of subgraph.interfaceObject?.values() ?? []) yield namedType(field.type)
  for (const { fields, keys } of [...subgraph.entities.values()]) {
    for (const { field } of fields.values()) yield namedType(field.type)
    for (const name of keys.flatMap(namesOfKey)) yield namedType(keyFields[name]?.type ?? '')
  }
  for (const { name, fields } of values) {
    const known = subgraph.values.get(name)
    for (const one of fields) if (known?.has(one.name)) yield namedType(one.type)
  }
}

function chooseCandidates({ entities, values, interfaces, subgraphs, unions }: Model): void {
  const fields = [
    ...entities.flatMap((entity) => entity.fields.map((one) => [entity.name, one] as const)),
    ...interfaces.flatMap(({ name, added }) => added.map((one) => [name, one] as const)),
    ...values.flatMap((value) => value.fields.map((one) => [value.name, one] as const)),
    ...subgraphs.flatMap((one) =>
      [...one.roots.values(), ...one.mutations.values()].map((root) => ['', root.field] as const),
    ),
  ]
  for (const [parent, one] of fields) {
    const owners = subgraphs.filter((subgraph) => mentions(subgraph, parent, one))
    const all = owners.map((subgraph) => objectsOf(subgraph, namedType(one.type)))
    const [first = [], ...others] = all
    one.candidates = first.filter((name) => others.every((names) => names.includes(name)))
  }

  function objectsOf(subgraph: Subgraph, name: string): readonly string[] {
    const abstract = interfaces.find((other) => other.name === name)
    if (abstract !== undefined) {
      if (abstract.home !== null && subgraph.interfaceObject !== null) return abstract.implementers
      return [...subgraph.entities.values()]
        .filter(({ implemented }) => implemented.has(name))
        .map(({ entity }) => entity.name)
    }
    if (unions.has(name)) return subgraph.unions.get(name) ?? []
    return entities.some((entity) => entity.name === name) ? [name] : []
  }
}

function mentions(subgraph: Subgraph, parent: string, one: Field): boolean {
  if (parent === '') return subgraph.roots.has(one.name) || subgraph.mutations.has(one.name)
  if (subgraph.interfaceObject?.has(one.name) && parent === 'Media') return true
  if (subgraph.values.get(parent)?.has(one.name)) return true
  return subgraph.entities.get(parent)?.fields.has(one.name) === true
}
