// Reads access rules from SDL: Apollo's @authenticated, @requiresScopes, @policy and our @public.
import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  Kind,
  valueFromASTUntyped,
} from 'graphql'
import type { AccessRule } from './access-rule.ts'

/** The definition of our directive, for a subgraph's SDL beside its `@link` and `@composeDirective`. */
export const accessDirectives =
  'directive @public(staleCredentials: Boolean = false) on OBJECT | FIELD_DEFINITION | INTERFACE'

/** Under which names a document knows the access directives, after `@link` with `as:`. */
export interface DirectiveNames {
  readonly public: ReadonlySet<string>
  readonly authenticated: ReadonlySet<string>
  readonly requiresScopes: ReadonlySet<string>
  readonly policy: ReadonlySet<string>
  /** What auth's mutations do to credentials. It demands nothing, and counts only where it is linked. */
  readonly credentials: ReadonlySet<string>
  /** How often a root field may be asked for. It takes away alone, and counts where it is linked. */
  readonly rateLimit: ReadonlySet<string>
}

interface DirectedNode {
  readonly directives?: readonly ConstDirectiveNode[] | undefined
}

const APOLLO = ['authenticated', 'requiresScopes', 'policy'] as const
const FEDERATION_URL = /^https:\/\/specs\.apollo\.dev\/federation\/v2\.\d+$/
const FEATURE_URL =
  /^https:\/\/specs\.apollo\.dev\/(authenticated|requiresScopes|policy)\/v\d+\.\d+$/
const ACCESS_URL = /^https:\/\/sallyport\.dev\/access\/v1\.\d+$/
/** What a link to these hosts may look like. Composition would take more spellings, such as one that ends with `?x`. */
const EXACT_URLS: ReadonlyMap<string, RegExp> = new Map([
  ['specs.apollo.dev', /^https:\/\/specs\.apollo\.dev\/[A-Za-z]+\/v\d+\.\d+$/],
  ['sallyport.dev', ACCESS_URL],
])

/**
 * Resolves the names from a document's `@link`s, of a subgraph or of a supergraph: a hard-coded name
 * would be a bypass. Apollo's three also count under their own name when no link says otherwise,
 * because they only take away; `@public` counts only where it is linked.
 *
 * @throws Error on a link to one of these specifications in a spelling of its own: a name that is missed would be a bypass.
 */
export function directiveNames(document: DocumentNode): DirectiveNames {
  const schemas = document.definitions.filter((definition) => {
    return definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
  })
  return namesFromLinks(schemas)
}

/** The same from the nodes of a built schema: its definition and its extensions. */
export function namesFromLinks(schemaNodes: readonly DirectedNode[]): DirectiveNames {
  const found = new Map<string, Set<string>>()
  for (const link of schemaNodes.flatMap((node) => node.directives ?? [])) {
    for (const [directive, name] of namesOfLink(link)) {
      found.set(directive, (found.get(directive) ?? new Set()).add(name))
    }
  }
  const [authenticated, requiresScopes, policy] = APOLLO.map(
    (directive) => found.get(directive) ?? new Set([directive]),
  ) as [Set<string>, Set<string>, Set<string>]
  const linked = (directive: string) => found.get(directive) ?? new Set<string>()
  return {
    public: linked('public'),
    authenticated,
    requiresScopes,
    policy,
    credentials: linked('credentials'),
    rateLimit: linked('rateLimit'),
  }
}

/**
 * The rule that the directives of one type or field declare, `null` when they declare none.
 *
 * @throws Error when an argument is malformed.
 */
export function ruleFromDirectives(node: DirectedNode, names: DirectiveNames): AccessRule | null {
  const directives = node.directives ?? []
  const under = (known: ReadonlySet<string>) => directives.filter((d) => known.has(d.name.value))
  const open = under(names.public)
  const authenticated = under(names.authenticated).length > 0
  const scopes = under(names.requiresScopes).map((d) => alternatives(d, 'scopes'))
  const policies = under(names.policy).map((d) => alternatives(d, 'policies'))
  if (!authenticated && open.length + scopes.length + policies.length === 0) return null
  const staleCredentials = open.some((d) => argument(d, 'staleCredentials') === true)
  return { public: open.length > 0, staleCredentials, authenticated, scopes, policies }
}

function* namesOfLink(link: ConstDirectiveNode): Generator<readonly [string, string]> {
  // `@core(feature:)` came before @link, and composition knows it still.
  const feature = argument(link, 'feature')
  if (typeof feature === 'string' && exactForm(feature)) throw new Error('@core: use @link')
  const url = argument(link, 'url')
  if (typeof url !== 'string') return
  if (exactForm(url)?.test(url) === false) {
    throw new Error(`@link: "${url}" is not an address of a specification`)
  }
  const own = FEATURE_URL.exec(url)?.[1]
  const as = argument(link, 'as')
  if (own) yield [own, typeof as === 'string' ? as : own]
  const isFederation = FEDERATION_URL.test(url)
  if (!isFederation && !ACCESS_URL.test(url)) return

  const directives: readonly string[] = isFederation
    ? APOLLO
    : ['public', 'credentials', 'rateLimit']
  const namespace = typeof as === 'string' ? as : isFederation ? 'federation' : 'access'
  const imports = importsOf(link)
  for (const directive of directives) {
    yield [directive, imports.get(`@${directive}`) ?? `${namespace}__${directive}`]
  }
}

function exactForm(url: string): RegExp | undefined {
  return EXACT_URLS.get(URL.canParse(url) ? new URL(url).hostname : '')
}

/** `import: ["@key", { name: "@policy", as: "@rule" }]` as from name to local name, the latter without `@`. */
function importsOf(link: ConstDirectiveNode): ReadonlyMap<string, string> {
  const imports = argument(link, 'import')
  const pairs = (Array.isArray(imports) ? imports : []).map((item: unknown) => {
    if (typeof item === 'string') return [item, item.slice(1)] as const
    const { name, as = name } = item as { name: string; as?: string }
    return [name, as.slice(1)] as const
  })
  return new Map(pairs)
}

/** `[["a", "b"], ["c"]]`, after GraphQL's coercion of a lone item to a list. */
function alternatives(directive: ConstDirectiveNode, name: string): string[][] {
  const value = argument(directive, name)
  const lists = (Array.isArray(value) ? value : [value]).map((item: unknown) => {
    return Array.isArray(item) ? item : [item]
  })
  if (lists.flat().every((item) => typeof item === 'string' && item !== '')) return lists
  throw new Error(`@${directive.name.value}: "${name}" is not a list of lists of names`)
}

function argument(directive: ConstDirectiveNode, name: string): unknown {
  const node = directive.arguments?.find((arg: ArgumentNode) => arg.name.value === name)
  return node && valueFromASTUntyped(node.value)
}
