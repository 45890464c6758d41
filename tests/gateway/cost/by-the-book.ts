// The cost of an operation, read from the specification without any thought for speed: each list is gone through item by item,
// each fragment is written out, and directives are read from the text of the schema at every look.
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type InputValueDefinitionNode,
  type SelectionSetNode,
  type TypeNode,
  valueFromASTUntyped,
} from 'graphql'

type Values = Readonly<Record<string, unknown>>

export function costByTheBook(
  schema: DocumentNode,
  operation: DocumentNode,
  { variables, assumedListSize }: { variables: Values; assumedListSize: number },
): number {
  const root = operation.definitions.find((one) => one.kind === 'OperationDefinition')
  if (root?.kind !== 'OperationDefinition') throw new Error('no operation')
  return costOfSets('Query', [root.selectionSet], { names: [], size: null })

  interface Sized {
    names: readonly string[]
    size: number | null
  }

  function costOfSets(type: string, sets: readonly SelectionSetNode[], sized: Sized): number {
    const written = sets.flatMap((set) => writtenOut(type, set))
    const seen = new Set<string>()
    let cost = 0
    for (const one of written) {
      const key = `${one.type}/${responseName(one.node)}`
      if (seen.has(key) || one.node.name.value === '__typename') continue
      seen.add(key)
      const same = written.filter(
        (other) => other.type === one.type && responseName(other.node) === responseName(one.node),
      )
      cost += costOfField(
        one.type,
        same.map(({ node }) => node),
        sized,
      )
    }
    return cost
  }

  function costOfField(type: string, nodes: readonly FieldNode[], sized: Sized): number {
    const [node] = nodes as [FieldNode]
    const field = fieldsOf(type).find(({ name }) => name.value === node.name.value)
    if (!field) throw new Error(`${type}.${node.name.value}`)
    const given = (name: string) => {
      const sent = node.arguments?.find((one) => one.name.value === name)
      const value = sent ? valueFromASTUntyped(sent.value, variables) : undefined
      if (value !== undefined) return value
      const byDefault = field.arguments?.find((one) => one.name.value === name)?.defaultValue
      return byDefault ? valueFromASTUntyped(byDefault) : undefined
    }
    const rule = argumentsOf(field.directives, 'listSize')
    let own: number | null = null
    if (rule) {
      const sizes = ((rule.slicingArguments ?? []) as string[])
        .map(given)
        .filter((value) => typeof value === 'number')
      own = sizes.length > 0 ? Math.max(0, ...sizes) : ((rule.assumedSize ?? null) as number | null)
    }
    const names = (rule?.sizedFields ?? []) as string[]
    let items = 1
    if (isList(field.type)) {
      const told = sized.names.includes(node.name.value) ? sized.size : null
      items = told ?? (names.length === 0 ? own : null) ?? assumedListSize
    }
    const named = nameOf(field.type)
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
    let cost = 0
    for (let item = 0; item < items; item += 1) {
      cost += weight(field.directives) ?? weight(directivesOf(named)) ?? (isLeaf(named) ? 0 : 1)
      cost += costOfSets(named, sets, { names, size: own })
    }
    for (const { name, value } of node.arguments ?? []) {
      const argument = field.arguments?.find((one) => one.name.value === name.value)
      if (argument)
        cost += costOfInput(argument, argument.type, valueFromASTUntyped(value, variables))
    }
    return cost
  }

  function costOfInput(place: InputValueDefinitionNode, type: TypeNode, value: unknown): number {
    if (value === null || value === undefined) return 0
    if (type.kind === 'NonNullType') return costOfInput(place, type.type, value)
    if (type.kind === 'ListType') {
      const items = Array.isArray(value) ? value : [value]
      return items.map((item) => costOfInput(place, type.type, item)).reduce((a, b) => a + b, 0)
    }
    const name = type.name.value
    const input = definition(name)
    const isInput = input?.kind === 'InputObjectTypeDefinition'
    let cost = weight(place.directives) ?? weight(directivesOf(name)) ?? (isInput ? 1 : 0)
    if (!isInput) return cost
    for (const field of input.fields ?? []) {
      cost += costOfInput(field, field.type, (value as Values)[field.name.value])
    }
    return cost
  }

  function writtenOut(type: string, set: SelectionSetNode): { type: string; node: FieldNode }[] {
    return set.selections.flatMap((selection) => {
      if (selection.kind === 'Field') return [{ type, node: selection }]
      const fragment =
        selection.kind === 'InlineFragment'
          ? selection
          : operation.definitions.find(
              (one): one is FragmentDefinitionNode =>
                one.kind === 'FragmentDefinition' && one.name.value === selection.name.value,
            )
      if (!fragment) throw new Error('no such fragment')
      return writtenOut(fragment.typeCondition?.name.value ?? type, fragment.selectionSet)
    })
  }

  function definition(name: string) {
    return schema.definitions.find(
      (one) => 'name' in one && one.name?.value === name && one.kind !== 'DirectiveDefinition',
    )
  }

  function fieldsOf(type: string): readonly FieldDefinitionNode[] {
    const found = definition(type)
    const has = found?.kind === 'ObjectTypeDefinition' || found?.kind === 'InterfaceTypeDefinition'
    return has ? (found.fields ?? []) : []
  }

  function directivesOf(type: string): readonly ConstDirectiveNode[] {
    const found = definition(type)
    return found && 'directives' in found ? (found.directives as ConstDirectiveNode[]) : []
  }

  function isLeaf(type: string): boolean {
    const kind = definition(type)?.kind
    return kind === undefined || kind === 'EnumTypeDefinition' || kind === 'ScalarTypeDefinition'
  }
}

function weight(directives: readonly ConstDirectiveNode[] | undefined): number | undefined {
  const said = argumentsOf(directives, 'cost')
  return said ? Number(said.weight) : undefined
}

function argumentsOf(
  directives: readonly ConstDirectiveNode[] | undefined,
  name: string,
): Values | undefined {
  const found = directives?.find((one) => one.name.value === name)
  return (
    found &&
    Object.fromEntries(
      (found.arguments ?? []).map((one) => [one.name.value, valueFromASTUntyped(one.value)]),
    )
  )
}

function responseName({ alias, name }: FieldNode): string {
  return alias?.value ?? name.value
}

function isList(type: TypeNode): boolean {
  return type.kind === 'ListType' || (type.kind === 'NonNullType' && isList(type.type))
}

function nameOf(type: TypeNode): string {
  return type.kind === 'NamedType' ? type.name.value : nameOf(type.type)
}
