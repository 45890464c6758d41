// Reads out of a composed supergraph what each type and field demands and which subgraphs answer for it.
import {
  type AccessRule,
  type CustomPolicy,
  createPolicies,
  type DirectiveNames,
  ruleFromDirectives,
} from '@sallyport/claims/predicates'
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
} from 'graphql'
import { type AuthNames, ownNames } from '../../platform/auth-names/auth-names.ts'
import { addRule, type FileRulesReader, readFileRules } from './composition/file-rules.ts'
import type { FileRules, PlaceOfRule, SubgraphConfig } from './config.ts'
import { type CredentialUse, readCredentialUse } from './credential-use.ts'
import { demandsSomething } from './demands.ts'
import {
  createGuard,
  defaultRule,
  type Guard,
  isMutationOfAuth,
  type ParentType,
  refuseForeignRule,
} from './guard.ts'
import {
  directivesNamed,
  type GuardedNode,
  isGuarded,
  ownersOf,
  queryTypeOf,
  rootTypes,
} from './guarded-nodes.ts'
import { graphNamesOf, readArguments, supergraphDirectiveNames, topNames } from './links.ts'
import { refuseForeignViewer } from './sealed-viewer.ts'
import { atOnce, type Pieces } from './slices.ts'

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
  /** For messages about them. Default: it is not known. */
  readonly placeOfRule?: PlaceOfRule
  /** What auth is called in this graph. Default: as it calls itself. */
  readonly authNames?: AuthNames
  readonly policies?: Readonly<Record<string, CustomPolicy>> | undefined
}

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
