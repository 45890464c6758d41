// Auth is sealed: no other subgraph may take over a field of it, answer beside it, be handed its fields as a key, change
// what it takes, or add to its types without a rule.
import { type DefinitionNode, Kind } from 'graphql'
import { type AuthNames, typeName } from '../../platform/auth-names/auth-names.ts'
import { AUTH_SUBGRAPH } from './config.ts'
import { federationDirectives, readArguments } from './links.ts'
import { viewerNames } from './sealed-viewer.ts'
import type { SubgraphDocument, TypeSource } from './subgraph-document.ts'

/** What of this subgraph reaches for auth, or lets others do so. */
export function checkSealedAuth(
  subgraph: SubgraphDocument,
  all: readonly SubgraphDocument[],
  names: AuthNames,
): readonly string[] {
  const viewer = viewerNames(names).type
  const auth = all.find(({ config }) => config.name === AUTH_SUBGRAPH)
  if (!auth) return []
  const types = [...subgraph.types.values()]
  if (subgraph === auth) return types.flatMap((type) => checkOwn(type, subgraph))
  return [
    ...checkViewer(subgraph, auth, names),
    ...types
      .filter(({ name }) => name !== viewer)
      .flatMap((type) => checkForeign(type, { subgraph, auth, names })),
    ...checkInputs(subgraph, auth),
  ]
}

/** Nobody's viewer is null without anybody being asked: what others added to it would be lost, rules and all. */
function checkViewer(
  subgraph: SubgraphDocument,
  auth: SubgraphDocument,
  names: AuthNames,
): readonly string[] {
  const viewer = viewerNames(names).type
  const { config, document } = subgraph
  if (!auth.types.has(viewer)) return []
  const isDeclared = document.definitions.some(
    (definition) => 'name' in definition && definition.name?.value === viewer,
  )
  if (!isDeclared) return []
  const user = typeName(names, 'User')
  return [`${config.name}: ${viewer}: only auth can declare or extend it; extend ${user} instead`]
}

function checkOwn(type: TypeSource, subgraph: SubgraphDocument): readonly string[] {
  if (!type.root) return []
  const federation = federationDirectives(subgraph.document)
  const fields = [...type.fields.values()].map(({ coordinate, node }) => ({ at: coordinate, node }))
  const nodes = [...type.nodes.map((node) => ({ at: type.name, node })), ...fields]
  return nodes
    .filter(({ node }) => federation.on(node, 'shareable').length > 0)
    .map(({ at }) => `auth: ${at}: @shareable on a root field would let another subgraph answer`)
}

interface Place {
  readonly subgraph: SubgraphDocument
  readonly auth: SubgraphDocument
  readonly names: AuthNames
}

/** Two graphs that meet by name alone: auth gives way. */
function anotherName({ names }: AuthNames, coordinate: string): string {
  const own = [...names].find(([, name]) => coordinate.endsWith(name))?.[0] ?? coordinate
  return `. If it is something of its own, give auth's another name in supergraph.yaml: auth: { names: { ${own}: … } }`
}

function checkForeign(type: TypeSource, { subgraph, auth, names }: Place): readonly string[] {
  const { name } = subgraph.config
  const federation = federationDirectives(subgraph.document)
  const authType = auth.types.get(type.name)
  const problems: string[] = []
  if (authType && type.nodes.some((node) => federation.on(node, 'interfaceObject').length > 0)) {
    problems.push(`${name}: ${type.name}: @interfaceObject of a type of auth`)
  }
  // What stands in a key is fetched from auth, with the caller's rights, and sent to anyone who declares it.
  const strange = authType && [...type.keys].find((key) => !authType.keys.has(key))
  if (strange !== undefined) {
    problems.push(`${name}: ${type.name}: @key(fields: "${strange}") is not one of auth's`)
  }
  for (const field of type.fields.values()) {
    const at = `${name}: ${field.coordinate}`
    const overrides = federation.on(field.node, 'override').map(readArguments)
    if (overrides.some(({ from }) => String(from) === AUTH_SUBGRAPH)) {
      problems.push(`${at}: @override(from: "auth") would take a field away from auth`)
    }
    const isInAuth = authType?.fields.has(field.name) === true
    if (type.root && isInAuth) {
      problems.push(
        `${at}: a root field of auth cannot be answered elsewhere${anotherName(names, field.coordinate)}`,
      )
    }
    const isAdded = authType !== undefined && !type.root && !isInAuth && !field.isExternal
    const isRuled = field.rule !== null || type.rule !== null
    if (isAdded && !authType.isEntity) {
      problems.push(
        `${at}: adds to a type of auth that is not an entity${anotherName(names, type.name)}`,
      )
    } else if (isAdded && !field.isKey && !isRuled) {
      problems.push(
        `${at}: adds to a type of auth without an access rule. Give it one, as in rules: { ${field.coordinate}: '@authenticated' }${anotherName(names, type.name)}`,
      )
    }
  }
  return problems
}

/** Composition keeps of an input, and of an enum that is one, only what all subgraphs have: another could take fields of `login` away. */
function checkInputs(subgraph: SubgraphDocument, auth: SubgraphDocument): readonly string[] {
  const { name } = subgraph.config
  const own = subgraph.document.definitions
  const problems: string[] = []
  for (const definition of auth.document.definitions) {
    if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) {
      const input = definition.name.value
      if (own.some((other) => isInput(other, input)))
        problems.push(`${name}: ${input}: an input of auth cannot be declared elsewhere`)
    }
    if (definition.kind === Kind.ENUM_TYPE_DEFINITION) {
      const values = enumValues(own, definition.name.value)
      const missing = (definition.values ?? []).find((value) => !values?.has(value.name.value))
      if (values && missing) {
        const coordinate = `${definition.name.value}.${missing.name.value}`
        problems.push(`${name}: ${coordinate}: a value of auth's enum is missing`)
      }
    }
  }
  return problems
}

function isInput(definition: DefinitionNode, name: string): boolean {
  const isInputNode =
    definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ||
    definition.kind === Kind.INPUT_OBJECT_TYPE_EXTENSION
  return isInputNode && definition.name.value === name
}

/** null where there is no such enum. */
function enumValues(
  definitions: readonly DefinitionNode[],
  name: string,
): ReadonlySet<string> | null {
  const parts = definitions.filter(
    (definition) =>
      (definition.kind === Kind.ENUM_TYPE_DEFINITION ||
        definition.kind === Kind.ENUM_TYPE_EXTENSION) &&
      definition.name.value === name,
  )
  if (parts.length === 0) return null
  return new Set(
    parts.flatMap((part) =>
      'values' in part ? (part.values ?? []).map((value) => value.name.value) : [],
    ),
  )
}
