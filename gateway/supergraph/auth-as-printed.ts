// Auth's part of a supergraph, whoever composed it, is what auth prints: its types, root fields and inputs, with their rules,
// joined by auth alone and overridden by nobody. A registry that takes a password elsewhere, or opens a field, is refused.

import { mergeRules, ruleFromDirectives } from '@sallyport/claims/predicates'
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  print,
} from 'graphql'
import { AUTH_SUBGRAPH } from './config.ts'
import { readCredentialUse } from './credential-use.ts'
import { hiddenIn, namedIn } from './hidden.ts'
import {
  federationDirectives,
  graphNamesOf,
  readArguments,
  supergraphDirectiveNames,
  tokensOf,
} from './links.ts'

const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation'])

type Field = FieldDefinitionNode | InputValueDefinitionNode

interface Type {
  readonly name: string
  readonly kind: string
  readonly directives: readonly ConstDirectiveNode[]
  readonly fields: ReadonlyMap<string, Field>
  /** Of a union or an enum. */
  readonly members: ReadonlySet<string>
}

/**
 * @param printed Auth's SDL, under the names of this graph
 * @throws Error that names what is not as it should be, and what to do
 */
export function refuseChangedAuth(supergraph: DocumentNode, printed: DocumentNode): void {
  refuseChanged(supergraph, printed, { owner: AUTH_SUBGRAPH, command: 'auth-sdl' })
}

/** The same of the gateway's own subgraph, whatever it is called. @throws Error */
export function refuseChangedGateway(
  supergraph: DocumentNode,
  printed: DocumentNode,
  owner: string,
): void {
  refuseChanged(supergraph, printed, { owner, command: 'auth-sdl --of gateway' })
}

function refuseChanged(
  supergraph: DocumentNode,
  printed: DocumentNode,
  { owner, command }: { readonly owner: string; readonly command: string },
): void {
  const names = [...graphNamesOf(supergraph).values()]
  if (!names.includes(owner))
    throw new Error(
      `The supergraph has no subgraph "${owner}", only ${names.join(', ')}: compose it with one that has the SDL that "sallyport ${command}" prints.`,
    )
  const compare = createComparison(supergraph, printed, owner)
  const found = typesOf(supergraph)
  const problems = [...typesOf(printed).values()].flatMap((type) =>
    compare(type, found.get(type.name)),
  )
  // As printed, nothing of it is hidden.
  const hidden = hiddenIn(supergraph)
  for (const [coordinate] of namedIn(printed))
    if (hidden.has(coordinate))
      problems.push(`${coordinate} is hidden from clients (@inaccessible)`)
  if (problems.length === 0) return
  const lines = problems.map((problem) => `  - ${problem}`).join('\n')
  throw new Error(
    `${owner}'s part of the supergraph is not what ${owner} prints. Compose it with the SDL that "sallyport ${command}" prints:\n${lines}`,
  )
}

function createComparison(supergraph: DocumentNode, printed: DocumentNode, owner: string) {
  const names = supergraphDirectiveNames(supergraph)
  const ownNames = supergraphDirectiveNames(printed)
  const federation = federationDirectives(printed)
  const graphs = graphNamesOf(supergraph)
  const ownerOf = (join: Record<string, unknown>) => graphs.get(String(join.graph))
  const joinsOf = (node: Directed, name: string) =>
    (node.directives ?? []).filter((one) => one.name.value === name).map(readArguments)

  return function compare(own: Type, found: Type | undefined): string[] {
    if (found === undefined) return [`${own.name} is missing`]
    if (found.kind !== own.kind) return [`${own.name} is another kind of type`]
    if (own.kind === 'Scalar') return []
    const joins = joinsOf(found, 'join__type')
    const isShared = ROOTS.has(own.name) || federation.on(own, 'shareable').length > 0
    const keys = federation.on(own, 'key').map(readArguments)
    const problems: string[] = []
    if (!joins.some((join) => ownerOf(join) === owner))
      problems.push(`${own.name} is not ${owner}'s`)
    const isOpen = isShared || keys.length > 0 || own.kind === 'Enum'
    const stranger = joins.map(ownerOf).find((name) => name !== owner)
    if (!isOpen && stranger !== undefined)
      problems.push(`${own.name} is declared by "${stranger}" too`)
    problems.push(...compareKeys(own, { keys, joins }), ...compareMembers(own, found))
    if (!isSameRule(own, found)) problems.push(`${own.name} has another rule`)
    for (const [name, field] of own.fields)
      problems.push(...compareField(`${own.name}.${name}`, field, { found, isShared, keys }))
    return [...problems, ...strangersIn(own, found, isOpen)]
  }

  function compareField(
    coordinate: string,
    own: Field,
    { found, isShared, keys }: { found: Type; isShared: boolean; keys: readonly Arguments[] },
  ): string[] {
    const field = found.fields.get(own.name.value)
    if (field === undefined) return [`${coordinate} is missing`]
    if (shapeOf(field) !== shapeOf(own))
      return [`${coordinate} has another type or other arguments`]
    if (!isSameRule(own, field)) return [`${coordinate} has another rule`]
    const joins = joinsOf(field, 'join__field')
    if (joins.some((join) => join.override || join.usedOverridden))
      return [`${coordinate} is overridden`]
    const isKey = keys.some((key) => tokensOf(String(key.fields)).includes(own.name.value))
    const mayBeShared = isKey || (isShared && !ROOTS.has(found.name))
    const resolving = joins.filter((join) => !join.external).map(ownerOf)
    const stranger = resolving.find((name) => name !== owner)
    if (stranger !== undefined && !mayBeShared)
      return [`${coordinate} is answered by "${stranger}" as well`]
    const isElsewhere = joins.length > 0 && !resolving.includes(owner)
    return isElsewhere ? [`${coordinate} is not answered by ${owner}`] : []
  }

  function compareKeys(
    own: Type,
    { keys, joins }: { readonly keys: readonly Arguments[]; readonly joins: readonly Arguments[] },
  ): string[] {
    const spelling = (fields: unknown) => tokensOf(String(fields)).join(' ')
    const known = new Set(keys.map(({ fields }) => spelling(fields)))
    return joins
      .filter(({ key }) => key !== undefined && !known.has(spelling(key)))
      .map(({ key }) => `${own.name} has the key "${String(key)}", which ${owner} does not have`)
  }

  /** Fields that stand beside auth's own: its entities may have those of others, its root types too. */
  function strangersIn(own: Type, found: Type, isOpen: boolean): string[] {
    return [...found.fields.values()].flatMap((field) => {
      if (own.fields.has(field.name.value)) return []
      const joins = joinsOf(field, 'join__field')
      const isAuths = joins.some((join) => ownerOf(join) === owner && !join.external)
      if (isOpen && joins.length > 0 && !isAuths) return []
      return [`${own.name}.${field.name.value} is not one of ${owner}'s`]
    })
  }

  function isSameRule(own: Directed, found: Directed): boolean {
    const rule = (node: Directed, known: typeof names) => ruleFromDirectives(node, known)
    const use = (node: Directed, known: typeof names) => readCredentialUse(node, known.credentials)
    return (
      describe(rule(own, ownNames), use(own, ownNames)) ===
      describe(rule(found, names), use(found, names))
    )
  }
}

type Arguments = Record<string, unknown>
interface Directed {
  readonly directives?: readonly ConstDirectiveNode[] | undefined
}

function describe(
  rule: ReturnType<typeof ruleFromDirectives>,
  use: ReturnType<typeof readCredentialUse>,
): string {
  const sorted = rule === null ? null : mergeRules([rule])
  return JSON.stringify([sorted, use && [[...use.reads].sort(), [...use.sets].sort()]])
}

function compareMembers(own: Type, found: Type): string[] {
  const missing = [...own.members].filter((name) => !found.members.has(name))
  const added = [...found.members].filter((name) => !own.members.has(name))
  const strange = own.kind === 'Enum' ? [] : added
  return [
    ...missing.map((name) => `${own.name} lacks ${name}`),
    ...strange.map((name) => `${own.name} has ${name}, which auth does not have`),
  ]
}

/** Type and arguments, without descriptions and directives. */
function shapeOf(field: Field): string {
  const given = 'arguments' in field ? (field.arguments ?? []) : []
  const texts = given.map(
    ({ name, type, defaultValue }) =>
      `${name.value}: ${print(type)} = ${defaultValue ? print(defaultValue) : ''}`,
  )
  const own = 'defaultValue' in field && field.defaultValue ? print(field.defaultValue) : ''
  return `${print(field.type)} = ${own} (${texts.sort().join(', ')})`
}

/** Definition and extensions as one. */
function typesOf(document: DocumentNode): ReadonlyMap<string, Type> {
  const types = new Map<string, Type>()
  for (const definition of document.definitions) {
    const [, kind] = /^(\w+?)(?:Object)?Type(?:Definition|Extension)$/.exec(definition.kind) ?? []
    if (kind === undefined || !('name' in definition) || definition.name === undefined) continue
    const name = definition.name.value
    const before = types.get(name)
    types.set(name, {
      name,
      kind: kind === '' ? 'Object' : kind,
      directives: [
        ...(before?.directives ?? []),
        ...('directives' in definition
          ? ((definition.directives as readonly ConstDirectiveNode[]) ?? [])
          : []),
      ],
      fields: new Map([...(before?.fields ?? []), ...fieldsOf(definition)]),
      members: new Set([...(before?.members ?? []), ...membersOf(definition)]),
    })
  }
  return types
}

function fieldsOf(definition: DefinitionNode): readonly (readonly [string, Field])[] {
  if (!('fields' in definition)) return []
  return (definition.fields ?? []).map((field) => [field.name.value, field])
}

function membersOf(definition: DefinitionNode): readonly string[] {
  const isUnion = definition.kind === Kind.UNION_TYPE_DEFINITION
  if (isUnion) return (definition.types ?? []).map(({ name }) => name.value)
  const isEnum = definition.kind === Kind.ENUM_TYPE_DEFINITION
  return isEnum ? (definition.values ?? []).map(({ name }) => name.value) : []
}
