// Reads out of a composed supergraph what each type and field demands and which subgraphs answer for it.
import {
  type AccessRule,
  type CustomPolicy,
  compileRule,
  createPolicies,
  type DirectiveNames,
  emptyRule,
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
import { AUTH_SUBGRAPH, type SubgraphConfig } from './config.ts'
import { type CredentialUse, readCredentialUse } from './credential-use.ts'
import { readArguments, supergraphDirectiveNames } from './links.ts'
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
  const reader = createReader(document, options)
  const access = new Map<string, TypeAccess>()
  for (const definition of document.definitions) {
    if (isGuarded(definition)) access.set(definition.name.value, reader.readType(definition))
    yield
  }
  const types = [...access.values()]
  const hasRules = types.some((type) => [...type.fields.values()].some((field) => field.guard))
  if (!hasRules) throw new Error('the supergraph has no access rules: refusing to serve it')
  refuseForeignViewer(access, queryTypeOf(document))
  return access
}

function createReader(document: DocumentNode, options: AccessOptions) {
  const names = supergraphDirectiveNames(document)
  const policies = createPolicies(options.policies)
  const graphs = graphNames(document)
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
    const rule = ruleAt(node, names, node.name.value)
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
    const declared = ruleAt(field, names, parent.coordinate)
    const credentials = readAt(() => readCredentialUse(field, names.credentials), parent.coordinate)
    const at = { ...parent, configs: configsOf(owners) }
    if (declared) refuseForeignRule(declared, at)
    if (credentials && !isMutationOfAuth(at)) {
      throw new Error(`${parent.coordinate}: @credentials is for mutations of auth alone`)
    }
    const rule = declared ?? (parent.mustHaveRule ? defaultRule(configsOf(owners)) : null)
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

/** The strictest `access` of the subgraphs that resolve a field. */
function defaultRule(owners: readonly Pick<SubgraphConfig, 'access'>[]): AccessRule {
  const isOpen = owners.length > 0 && owners.every((owner) => owner.access === 'authenticated')
  return isOpen ? { ...emptyRule, authenticated: true } : { ...emptyRule, policies: [[['deny']]] }
}

/** Whether a rule asks for anything, be it only a signed-in caller. */
export function demandsSomething(rule: AccessRule): boolean {
  return rule.authenticated || rule.scopes.length > 0 || rule.policies.length > 0
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

/** From enum value (`AUTH`) to subgraph name (`auth`). */
function graphNames(document: DocumentNode): ReadonlyMap<string, string> {
  const graphs = document.definitions.find(
    (definition) =>
      definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph',
  )
  if (graphs?.kind !== Kind.ENUM_TYPE_DEFINITION)
    throw new Error('this is not a composed supergraph')
  return new Map(
    (graphs.values ?? []).map((value) => {
      const [join] = directivesNamed(value, 'join__graph').map(readArguments)
      return [value.name.value, String(join?.name ?? value.name.value)]
    }),
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
