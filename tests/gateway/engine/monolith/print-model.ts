// The SDL of a drawn model: of the monolith, and of each of its subgraphs.
import {
  type Field,
  keyFields,
  type Model,
  namedType,
  namesOfKey,
  type OwnEntity,
  type OwnField,
  type Subgraph,
} from './model.ts'

const headerOf = (isWide: boolean) => `extend schema @link(
  url: "https://specs.apollo.dev/federation/${isWide ? 'v2.7' : 'v2.6'}"
  import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject"]
)
`

const commonOf = (isWide: boolean) => `enum Colour { RED GREEN BLUE }
input Wanted { n: Int = 2 colours: [Colour!]${isWide ? WIDE_INPUT : ''} }
`

const WIDE_INPUT =
  ' text: String = "d\\"é\\\\" ids: [ID!] ratio: Float = 0.5 inner: Wanted inners: [[Wanted!]]'

const UNUSED = 'type Query { _unused: Int }'

export function printMonolith(model: Model): string {
  const { entities, values, interfaces, unions, subgraphs, isWide } = model
  const roots = (of: (subgraph: Subgraph) => Subgraph['roots']) =>
    new Map(subgraphs.flatMap((one) => [...of(one)].map(([name, { field }]) => [name, field])))
  const known = (name: string) => subgraphs.some((one) => one.entities.has(name))
  const parts = [
    commonOf(isWide),
    printType('type Query', [...roots((one) => one.roots).values()]),
    printType('type Mutation', [...roots((one) => one.mutations).values()]),
  ]
  for (const { name, fields } of values) {
    const own = fields.filter((one) => subgraphs.some((sub) => sub.values.get(name)?.has(one.name)))
    parts.push(printType(`type ${name}`, own))
  }
  for (const { name, fields, added } of interfaces) {
    const own = fields.filter((one) => subgraphs.some((sub) => hasField(sub, name, one)))
    const isKnown = subgraphs.some((one) => one.interfaces.has(name))
    if (isKnown) parts.push(printType(`interface ${name}`, [id, ...own, ...added]))
  }
  for (const [name, members] of unions) {
    const own = members.filter((one) =>
      subgraphs.some((sub) => sub.unions.get(name)?.includes(one)),
    )
    if (own.length > 0) parts.push(`union ${name} = ${own.join(' | ')}`)
  }
  for (const { name, fields } of entities) {
    if (!known(name)) continue
    const all = subgraphs.flatMap((one) => one.entities.get(name) ?? [])
    const implemented = new Set(all.flatMap((one) => [...one.implemented]))
    const keys = new Set(all.flatMap((one) => one.keys.flatMap(namesOfKey)))
    const added = interfaces.flatMap((one) => (implemented.has(one.name) ? one.added : []))
    parts.push(
      printType(`type ${name}${implementsOf(implemented)}`, [
        ...[...keys].map(keyField),
        ...fields,
        ...added,
      ]),
    )
  }
  return parts.join('\n')
}

export function printSubgraph(model: Model, subgraph: Subgraph): string {
  const isShared = (one: string, of: (other: Subgraph) => Subgraph['roots']) =>
    model.subgraphs.filter((other) => of(other).has(one)).length > 1
  const rootsOf = (of: (other: Subgraph) => Subgraph['roots']) =>
    [...of(subgraph).values()].map((one) => printOwn(one, isShared(one.field.name, of)))
  const parts = [
    headerOf(model.isWide),
    commonOf(model.isWide),
    subgraph.roots.size === 0
      ? UNUSED
      : block(
          'type Query',
          rootsOf((one) => one.roots),
        ),
    block(
      'type Mutation',
      rootsOf((one) => one.mutations),
    ),
  ]
  for (const [name, own] of subgraph.values) {
    const { fields = [] } = model.values.find((one) => one.name === name) ?? {}
    parts.push(
      printType(
        `type ${name} @shareable`,
        fields.filter((one) => own.has(one.name)),
      ),
    )
  }
  for (const { name, fields, home } of model.interfaces) {
    if (!subgraph.interfaces.has(name)) continue
    const key = home === subgraph.name ? ' @key(fields: "id")' : ''
    const own = fields.filter((one) => hasField(subgraph, name, one))
    parts.push(printType(`interface ${name}${key}`, [id, ...own]))
  }
  if (subgraph.interfaceObject !== null) {
    const fields = [...subgraph.interfaceObject.values()].map((one) => printOwn(one, false))
    parts.push(block('type Media @interfaceObject @key(fields: "id")', [print(id), ...fields]))
  }
  for (const [name, members] of subgraph.unions)
    parts.push(`union ${name} = ${members.join(' | ')}`)
  for (const own of subgraph.entities.values()) parts.push(printEntity(model, own))
  return parts.join('\n')
}

function printEntity({ subgraphs }: Model, own: OwnEntity): string {
  const { entity, keys, fields, implemented, isResolvable } = own
  const directives = keys.map(
    (key) => ` @key(fields: "${key}"${isResolvable ? '' : ', resolvable: false'})`,
  )
  const isShared = ({ field }: OwnField) => {
    const others = subgraphs.flatMap(
      (one) => one.entities.get(entity.name)?.fields.get(field.name) ?? [],
    )
    // What one provides counts as answered by it.
    return others.length > 1
  }
  return block(`type ${entity.name}${implementsOf(implemented)}${directives.join('')}`, [
    ...[...new Set(keys.flatMap(namesOfKey))].map((name) => `${print(keyField(name))} @shareable`),
    ...[...fields.values()].map((one) => printOwn(one, isShared(one))),
  ])
}

/** Whether every object of an interface that a subgraph knows has a field there. */
function hasField(subgraph: Subgraph, name: string, field: Field): boolean {
  if (!subgraph.interfaces.has(name)) return false
  const objects = [...subgraph.entities.values()].filter(({ implemented }) => implemented.has(name))
  return (
    objects.length > 0 &&
    objects.every(({ fields }) => {
      const { type = '' } = fields.get(field.name)?.field ?? {}
      const isNarrow = subgraph.entities.get(namedType(type))?.implemented.has(name) === true
      return namedType(type) === namedType(field.type) || isNarrow
    })
  )
}

function printOwn(own: OwnField, isShared: boolean): string {
  const { field, isExternal, provides, overrides, label, type = field.type } = own
  const directives = [
    isExternal ? '@external' : '',
    isShared && !isExternal ? '@shareable' : '',
    field.requires !== undefined && !isExternal
      ? `@requires(fields: ${JSON.stringify(field.requires)})`
      : '',
    provides !== undefined ? `@provides(fields: "${provides}")` : '',
    overrides !== undefined
      ? `@override(from: "${overrides}"${label === undefined ? '' : `, label: "${label}"`})`
      : '',
  ]
  return [print({ ...field, type }), ...directives.filter((one) => one !== '')].join(' ')
}

const id = keyFields.id as Field

function keyField(name: string): Field {
  return keyFields[name] as Field
}

function implementsOf(names: ReadonlySet<string>): string {
  return names.size === 0 ? '' : ` implements ${[...names].join(' & ')}`
}

function printType(head: string, fields: readonly Field[]): string {
  return block(head, fields.map(print))
}

function print({ name, args, type }: Field): string {
  return `${name}${args}: ${type}`
}

function block(head: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${head} {\n  ${lines.join('\n  ')}\n}`
}
