// Reads out of a composed supergraph what each type and field demands and which subgraphs answer for it.
import {
  type AccessRule,
  type CustomPolicy,
  compileRule,
  createPolicies,
  type DirectiveNames,
  type PolicyRegistry,
  type Predicate,
  ruleFromDirectives,
} from '@sallyport/claims/predicates'
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  OperationTypeNode,
  type ScalarTypeDefinitionNode,
  type UnionTypeDefinitionNode,
} from 'graphql'
import { type AuthNames, ownNames } from '../../platform/auth-names/auth-names.ts'
import { addRule, type FileRulesReader, readFileRules } from './composition/file-rules.ts'
import { AUTH_SUBGRAPH, type FileRules, type SubgraphConfig } from './config.ts'
import { type CredentialUse, readCredentialUse } from './credential-use.ts'
import { RULES } from './default-rules.ts'
import { demandsSomething } from './demands.ts'
import { graphNamesOf, readArguments, supergraphDirectiveNames, topNames } from './links.ts'
import { refuseForeignViewer } from './sealed-viewer.ts'
import { atOnce, type Pieces } from './slices.ts'

/** A rule with its compiled form and the subgraphs it comes from. */
export interface Guard {
  readonly rule: AccessRule
  readonly predicate: Predicate
  /** Until when (ms since the epoch) it is logged and not enforced; `null`: always enforced. */
  readonly dryRunUntil: number | null
  readonly owners: readonly string[]
}

export interface FieldAccess {
  readonly guard: Guard | null
  /** Subgraphs that resolve the field. */
  readonly owners: readonly string[]
  /** It is resolved from fields of another subgraph (`@requires`). */
  readonly requiresOthers: boolean
  /** `null`: it says nothing of credentials. */
  readonly credentials: CredentialUse | null
}

export interface TypeAccess {
  readonly guard: Guard | null
  readonly owners: readonly string[]
  readonly fields: ReadonlyMap<string, FieldAccess>
}

/** By type name. */
export type GraphAccess = ReadonlyMap<string, TypeAccess>

export interface AccessOptions {
  readonly subgraphs: readonly SubgraphConfig[]
  /** Rules of the file, for whatever subgraph has the coordinate. Default: none. */
  readonly rules?: FileRules
  /** What auth is called in this graph. Default: as it calls itself. */
  readonly authNames?: AuthNames
  readonly policies?: Readonly<Record<string, CustomPolicy>> | undefined
}

type GuardedNode =
  | ObjectTypeDefinitionNode
  | InterfaceTypeDefinitionNode
  | UnionTypeDefinitionNode
  | ScalarTypeDefinitionNode
  | EnumTypeDefinitionNode

/**
 * Every rule of the supergraph, compiled.
 *
 * A root field, or a field of an entity, that has none gets its subgraph's `access`: composition
 * writes it in already, but a supergraph that was composed elsewhere may lack it.
 *
 * @throws Error when the supergraph has no rule at all, or one that its subgraph may not declare.
 */
export function readAccess(document: DocumentNode, options: AccessOptions): GraphAccess {
  return atOnce(accessInPieces(document, options))
}

export function* accessInPieces(
  document: DocumentNode,
  options: AccessOptions,
): Pieces<GraphAccess> {
  const fileRules = readFileRules(options)
  const reader = createReader(document, { ...options, fileRules })
  const access = new Map<string, TypeAccess>()
  for (const definition of document.definitions) {
    if (isGuarded(definition)) access.set(definition.name.value, reader.readType(definition))
    yield
  }
  const types = [...access.values()]
  const hasRules = types.some((type) => [...type.fields.values()].some((field) => field.guard))
  if (!hasRules) throw new Error('the supergraph has no access rules: refusing to serve it')
  fileRules.refuseUnused()
  const { authNames: names = ownNames } = options
  refuseForeignViewer(access, { queryType: queryTypeOf(document), names })
  return access
}

interface ReaderOptions extends AccessOptions {
  readonly fileRules: FileRulesReader
}

function createReader(document: DocumentNode, options: ReaderOptions) {
  const { fileRules } = options
  const names = supergraphDirectiveNames(document)
  const policies = createPolicies(options.policies)
  const graphs = graphNamesOf(document)
  const configs = new Map(options.subgraphs.map((subgraph) => [subgraph.name, subgraph]))
  const roots = rootTypes(document)
  const interfaces = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.INTERFACE_TYPE_DEFINITION
        ? [[definition.name.value, definition] as const]
        : [],
    ),
  )
  for (const name of graphs.values()) {
    if (!configs.has(name)) throw new Error(`subgraph "${name}" is not in supergraph.yaml`)
  }
  const configsOf = (owners: readonly string[]) =>
    owners.flatMap((owner) => configs.get(owner) ?? [])
  const guard = (rule: AccessRule, owners: readonly string[]) =>
    createGuard(rule, configsOf(owners), policies)
  const enforcedGuard = (rule: AccessRule, owners: readonly string[]) =>
    Object.freeze({ ...guard(rule, owners), dryRunUntil: null })

  function readType(node: GuardedNode): TypeAccess {
    const joins = directivesNamed(node, 'join__type').map(readArguments)
    const owners = ownersOf(joins, graphs)
    const isRoot = roots.has(node.name.value)
    const rule = addRule(
      ruleAt(node, names, node.name.value),
      fileRules.at(node.name.value, owners),
    )
    const keys = new Set(joins.flatMap((join) => topNames(String(join.key ?? ''))))
    // An interface's fields have the rules of every type that implements it.
    const isEntity = node.kind === Kind.OBJECT_TYPE_DEFINITION && joins.some((join) => join.key)
    const isCovered = rule !== null && demandsSomething(rule)
    const mustHaveRule = (isRoot || isEntity) && !isCovered
    const fields = 'fields' in node ? (node.fields ?? []) : []
    return {
      // A type that is public takes nothing away from its fields, and opens none of another subgraph.
      guard: rule && demandsSomething(rule) ? guard(rule, owners) : null,
      owners,
      fields: new Map(
        fields.map((field) => [
          field.name.value,
          readField(field, {
            coordinate: `${node.name.value}.${field.name.value}`,
            owners,
            interfaces: implementedBy(node),
            mustHaveRule,
            isRoot,
            isKey: keys.has(field.name.value),
          }),
        ]),
      ),
    }
  }

  function readField(field: FieldDefinitionNode, parent: ParentType): FieldAccess {
    const joins = directivesNamed(field, 'join__field').map(readArguments)
    const resolving = joins.filter((join) => !join.external && !join.usedOverridden)
    const named = ownersOf(resolving, graphs)
    const inherited = named.length > 0 ? named : interfaceOwners(field.name.value, parent)
    const owners = inherited.length > 0 ? inherited : parent.owners
    const declared = addRule(
      ruleAt(field, names, parent.coordinate),
      fileRules.at(parent.coordinate, owners),
    )
    const credentials = readAt(() => readCredentialUse(field, names.credentials), parent.coordinate)
    const at = { ...parent, configs: configsOf(owners) }
    if (declared) refuseForeignRule(declared, at)
    if (credentials && !isMutationOfAuth(at)) {
      throw new Error(`${parent.coordinate}: @credentials is for mutations of auth alone`)
    }
    const rule = declared ?? (parent.mustHaveRule ? defaultRule(at) : null)
    const requiresOthers = resolving.some((join) => join.requires !== undefined)
    // Its rule has those of the fields that it requires, which are of other subgraphs: no dry run of this one opens them.
    const guardOf = requiresOthers ? enforcedGuard : guard
    return { guard: rule && guardOf(rule, owners), owners, requiresOthers, credentials }
  }

  function implementedBy(node: GuardedNode): readonly InterfaceTypeDefinitionNode[] {
    const names = 'interfaces' in node ? (node.interfaces ?? []) : []
    return names.flatMap(({ name }) => interfaces.get(name.value) ?? [])
  }

  // A field that an `@interfaceObject` adds stands on each type that implements the interface without a word of who
  // resolves it: the interface's own field says that.
  function interfaceOwners(name: string, parent: ParentType): readonly string[] {
    const joins = parent.interfaces
      .flatMap((type) => type.fields?.filter((field) => field.name.value === name) ?? [])
      .flatMap((field) => directivesNamed(field, 'join__field').map(readArguments))
    return ownersOf(
      joins.filter((join) => !join.external && !join.usedOverridden),
      graphs,
    )
  }

  return { readType }
}

interface ParentType {
  readonly coordinate: string
  readonly owners: readonly string[]
  readonly interfaces: readonly InterfaceTypeDefinitionNode[]
  readonly mustHaveRule: boolean
  readonly isRoot: boolean
  readonly isKey: boolean
}

function createGuard(
  rule: AccessRule,
  owners: readonly SubgraphConfig[],
  policies: PolicyRegistry,
): Guard {
  const ends = owners.map((owner) => owner.dryRunUntil)
  const isDryRun = ends.length > 0 && ends.every((end) => end !== null)
  return Object.freeze({
    rule,
    predicate: compileRule(rule, policies),
    dryRunUntil: isDryRun ? Math.min(...ends.map((end) => end ?? 0)) : null,
    owners: owners.map((owner) => owner.name),
  })
}

/** The strictest `access` of the subgraphs that resolve a field; of a key the loosest, since each answers it by itself. */
function defaultRule({ configs, isKey, coordinate }: OwnedField): AccessRule {
  const found = configs.map(({ access }) => access)
  const strictestFirst = ['deny', 'authenticated', 'public'] as const
  const order = isKey ? [...strictestFirst].reverse() : strictestFirst
  const access = order.find((one) => found.includes(one)) ?? 'deny'
  // What `access: public` opens is what somebody reads; what somebody changes has a rule of its own.
  const isOpenWrite = access === 'public' && coordinate.startsWith('Mutation.')
  return RULES[isOpenWrite ? 'deny' : access]
}

type OwnedField = ParentType & { readonly configs: readonly SubgraphConfig[] }

function refuseForeignRule(rule: AccessRule, field: OwnedField): void {
  const owners = field.configs
  if (rule.public && !owners.some((owner) => owner.mayDeclarePublic)) {
    throw new Error(`${field.coordinate}: @public, but no subgraph of it has mayDeclarePublic`)
  }
  if (!rule.staleCredentials || isMutationOfAuth(field)) return
  throw new Error(`${field.coordinate}: staleCredentials is for mutations of auth alone`)
}

function isMutationOfAuth({ configs, coordinate }: OwnedField): boolean {
  const isSealed = configs.length === 1 && configs[0]?.name === AUTH_SUBGRAPH
  return isSealed && coordinate.startsWith('Mutation.')
}

function ruleAt(
  node: { readonly directives?: readonly ConstDirectiveNode[] | undefined },
  names: DirectiveNames,
  coordinate: string,
): AccessRule | null {
  return readAt(() => ruleFromDirectives(node, names), coordinate)
}

function readAt<T>(read: () => T, coordinate: string): T {
  try {
    return read()
  } catch (cause) {
    throw new Error(`${coordinate}: ${(cause as Error).message}`, { cause })
  }
}

function isGuarded(definition: { readonly kind: Kind }): definition is GuardedNode {
  return (
    definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
    definition.kind === Kind.INTERFACE_TYPE_DEFINITION ||
    definition.kind === Kind.UNION_TYPE_DEFINITION ||
    definition.kind === Kind.SCALAR_TYPE_DEFINITION ||
    definition.kind === Kind.ENUM_TYPE_DEFINITION
  )
}

function rootTypes(document: DocumentNode): ReadonlySet<string> {
  const operationTypes = document.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION ? definition.operationTypes : [],
  )
  return new Set(operationTypes.map((operationType) => operationType.type.name.value))
}

function queryTypeOf(document: DocumentNode): string {
  const [query] = document.definitions
    .flatMap((one) => (one.kind === Kind.SCHEMA_DEFINITION ? one.operationTypes : []))
    .filter(({ operation }) => operation === OperationTypeNode.QUERY)
  return query?.type.name.value ?? 'Query'
}

function ownersOf(
  joins: readonly Record<string, unknown>[],
  graphs: ReadonlyMap<string, string>,
): readonly string[] {
  const names = joins.flatMap((join) => graphs.get(String(join.graph)) ?? [])
  return [...new Set(names)]
}

function directivesNamed(
  node: { readonly directives?: readonly ConstDirectiveNode[] | undefined },
  name: string,
): readonly ConstDirectiveNode[] {
  return (node.directives ?? []).filter((directive) => directive.name.value === name)
}
