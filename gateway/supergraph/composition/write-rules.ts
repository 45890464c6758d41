// A subgraph's SDL in the form that is composed: rules under the same names everywhere, links that know them, hints gone.
//
// What its author linked, imported or renamed of them is taken out first: composition wants one name in all subgraphs, and
// an author of Federation 2.0 has none of them.
import {
  type AccessRule,
  accessDirectives,
  type DirectiveNames,
} from '@sallyport/claims/predicates'
import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type ConstValueNode,
  type DefinitionNode,
  type DocumentNode,
  Kind,
  parse,
  visit,
} from 'graphql'
import {
  FEDERATION_URL,
  federationVersion,
  localName,
  readArguments,
  schemaNodes,
} from '../links.ts'
import { directivesOf, type RuleNames } from './rule-directives.ts'
import { HINTS, withoutHints } from './unsupported.ts'

/** The first version of federation that knows `@policy`. */
const RULES_SINCE = 6
const APOLLO = ['authenticated', 'requiresScopes', 'policy'] as const
const OWN_URL =
  /^https:\/\/(sallyport\.dev\/access|specs\.apollo\.dev\/(authenticated|requiresScopes|policy))\//

type Directed = { readonly directives?: readonly ConstDirectiveNode[] | undefined }

/**
 * The document without rules: their directives, definitions, imports and links.
 *
 * @param names What it calls them; those that stay are empty
 */
export function withoutRules(document: DocumentNode, names: DirectiveNames): DocumentNode {
  const gone = new Set([
    ...names.public,
    ...names.authenticated,
    ...names.requiresScopes,
    ...names.policy,
    ...names.credentials,
    ...names.rateLimit,
  ])
  const isOwnLink = (link: ConstDirectiveNode) => OWN_URL.test(String(readArguments(link).url))
  const isComposed = (node: ConstDirectiveNode) =>
    node.name.value.endsWith('composeDirective') &&
    gone.has(String(readArguments(node).name).slice(1))
  const strip = <Node extends Directed>(node: Node): Node => ({
    ...node,
    directives: (node.directives ?? []).filter(
      (one) => !gone.has(one.name.value) && !isOwnLink(one) && !isComposed(one),
    ),
  })
  const visitor = Object.fromEntries(RULED.map((kind) => [kind, { enter: strip }]))
  return visit(withoutHints(document), {
    ...visitor,
    DirectiveDefinition: (node) => (gone.has(node.name.value) ? null : undefined),
  })
}

/** Where a rule may stand, and is written again. Anywhere else it stays, and composition refuses it. */
const RULED: readonly Kind[] = [
  Kind.SCHEMA_DEFINITION,
  Kind.SCHEMA_EXTENSION,
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.OBJECT_TYPE_EXTENSION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_EXTENSION,
  Kind.ENUM_TYPE_DEFINITION,
  Kind.ENUM_TYPE_EXTENSION,
  Kind.SCALAR_TYPE_DEFINITION,
  Kind.SCALAR_TYPE_EXTENSION,
  Kind.FIELD_DEFINITION,
]

/** Names for the rules that no subgraph has for something of its own. @param all Without rules. */
export function freeNames(all: readonly DocumentNode[]): RuleNames {
  const taken = new Set(
    all.flatMap(({ definitions }) =>
      definitions.flatMap((one) =>
        one.kind === Kind.DIRECTIVE_DEFINITION ? [one.name.value] : [],
      ),
    ),
  )
  const free = (name: string): string => (taken.has(name) ? free(`sallyport_${name}`) : name)
  return {
    public: free('public'),
    authenticated: free('authenticated'),
    requiresScopes: free('requiresScopes'),
    policy: free('policy'),
  }
}

export interface WrittenRules {
  /** By `Type` and `Type.field`. */
  readonly rules: ReadonlyMap<string, AccessRule>
  readonly names: RuleNames
  /** What the document calls those of our directives that are no rules and stay where they are, by their own names. */
  readonly kept: ReadonlyMap<string, string>
}

/** @param document Without rules, of Federation 2. */
export function withRules(document: DocumentNode, written: WrittenRules): DocumentNode {
  const linked = visit(document, {
    Directive: (node) => toRuleVersion(node as ConstDirectiveNode, written.names),
  })
  const missing = new Map([...written.rules])
  const definitions = linked.definitions.map((definition) =>
    writeOn(definition, missing, written.names),
  )
  const usesOurs = written.kept.size > 0 || [...written.rules.values()].some((r) => r.public)
  return {
    ...linked,
    definitions: usesOurs ? [...definitions, ...ourLink(document, written)] : definitions,
  }
}

function writeOn(
  definition: DefinitionNode,
  missing: Map<string, AccessRule>,
  names: RuleNames,
): DefinitionNode {
  if (!('name' in definition) || definition.name === undefined) return definition
  if (!/Type(Definition|Extension)$/.test(definition.kind)) return definition
  const type = definition.name.value
  const write = <Node extends Directed>(node: Node, coordinate: string): Node => {
    const rule = missing.get(coordinate)
    if (rule === undefined) return node
    // A type may be declared in several parts; its rule stands on one.
    missing.delete(coordinate)
    return { ...node, directives: [...(node.directives ?? []), ...directivesOf(rule, names)] }
  }
  const node = write(definition as Directed & DefinitionNode, type)
  if (!('fields' in node) || !Array.isArray(node.fields)) return node
  const fields = node.fields.map((field: Directed & { name: { value: string } }) =>
    write(field, `${type}.${field.name.value}`),
  )
  return { ...node, fields } as unknown as DefinitionNode
}

/** Of the link to federation: a version that has the rules, and their imports under our names. */
function toRuleVersion(link: ConstDirectiveNode, names: RuleNames): ConstDirectiveNode | undefined {
  const given = readArguments(link)
  const [, major, minor] = FEDERATION_URL.exec(String(given.url)) ?? []
  if (major === undefined) return undefined
  const version = Math.max(Number(minor), RULES_SINCE)
  const own = APOLLO.map((rule) => importOf(rule, names[rule]))
  const foreign = (Array.isArray(given.import) ? given.import : []).filter(isForeign)
  const kept = (link.arguments ?? []).filter(({ name }) => !['url', 'import'].includes(name.value))
  return {
    ...link,
    arguments: [
      ...kept,
      argument('url', `"https://specs.apollo.dev/federation/v${major}.${version}"`),
      argument('import', `[${[...foreign.map(printImport), ...own].join(', ')}]`),
    ],
  }
}

function isForeign(item: unknown): boolean {
  const name = typeof item === 'string' ? item : String((item as { name?: unknown }).name)
  return ![...APOLLO, ...HINTS].some((own) => name === `@${own}`)
}

function printImport(item: unknown): string {
  if (typeof item === 'string') return JSON.stringify(item)
  const { name, as } = item as { name: string; as?: string }
  return as === undefined
    ? JSON.stringify(name)
    : `{name: ${JSON.stringify(name)}, as: ${JSON.stringify(as)}}`
}

function importOf(name: string, as: string): string {
  return name === as ? `"@${name}"` : `{name: "@${name}", as: "@${as}"}`
}

function ourLink(document: DocumentNode, { names, kept }: WrittenRules): readonly DefinitionNode[] {
  const compose = composeDirectiveOf(document)
  const own = [['public', names.public], ...kept]
  const imports = own.map(([name = '', as = '']) => importOf(name, as)).join(', ')
  const composed = own.map(([, as]) => `@${compose}(name: "@${as}")`).join(' ')
  const definition = accessDirectives.replace('@public', `@${names.public}`)
  return parse(
    `extend schema @link(url: "https://sallyport.dev/access/v1.0", import: [${imports}]) ${composed}\n${definition}`,
    { noLocation: true },
  ).definitions
}

function composeDirectiveOf(document: DocumentNode): string {
  const link = schemaNodes(document)
    .flatMap((node) => node.directives ?? [])
    .map(readArguments)
    .find(({ url }) => FEDERATION_URL.test(String(url)))
  if (link === undefined || federationVersion(document) === null)
    throw new Error('a document of Federation 1 takes no rules')
  return localName(link, 'composeDirective')
}

function argument(name: string, value: string): ConstArgumentNode {
  const [directive] = (
    parse(`type T @a(${name}: ${value}) { f: Int }`, { noLocation: true })
      .definitions[0] as unknown as { directives: readonly ConstDirectiveNode[] }
  ).directives
  return directive?.arguments?.[0] as ConstArgumentNode & { value: ConstValueNode }
}
