// A rule as directives, and directives as a rule.
import {
  type AccessRule,
  type DirectiveNames,
  ruleFromDirectives,
} from '@sallyport/claims/predicates'
import {
  type ConstDirectiveNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  parseConstValue,
} from 'graphql'

/** What the rule directives are called in every subgraph that is composed, without `@`. */
export interface RuleNames {
  readonly public: string
  readonly authenticated: string
  readonly requiresScopes: string
  readonly policy: string
}

const PLAIN: DirectiveNames = {
  public: new Set(['public']),
  authenticated: new Set(['authenticated']),
  requiresScopes: new Set(['requiresScopes']),
  policy: new Set(['policy']),
  credentials: new Set(),
  rateLimit: new Set(),
}

/** More alternatives than this are nobody's rule. */
const MAX_ALTERNATIVES = 256

/**
 * Reads `@policy(policies: [["role:support"]])`, as it stands in `rules:`.
 *
 * @throws Error that says what it may be
 */
export function parseRule(text: string): AccessRule {
  const directives = parseDirectives(text)
  const stranger = directives.find(({ name }) => !Object.keys(PLAIN).includes(name.value))
  if (stranger !== undefined) throw new Error(`@${stranger.name.value} is not a rule; ${KNOWN}`)
  const rule = ruleFromDirectives({ directives }, PLAIN)
  if (rule === null) throw new Error(`there is no rule in it; ${KNOWN}`)
  if (rule.staleCredentials) throw new Error('staleCredentials is for mutations of auth alone')
  return rule
}

const KNOWN = 'write @public, @authenticated, @requiresScopes(scopes: …) or @policy(policies: …)'

function parseDirectives(text: string): readonly ConstDirectiveNode[] {
  try {
    const { definitions } = parse(`type T ${text} { f: Int }`)
    const [type] = definitions as readonly ObjectTypeDefinitionNode[]
    if (definitions.length === 1 && type !== undefined) return type.directives ?? []
  } catch {
    // Said below, as what it may be.
  }
  throw new Error(`"${text}" is not a directive; ${KNOWN}`)
}

/** What stands on a type or field that has this rule. Of several declarations all hold: they are multiplied out. */
export function directivesOf(rule: AccessRule, names: RuleNames): readonly ConstDirectiveNode[] {
  const found: ConstDirectiveNode[] = []
  if (rule.public) {
    const isStale = rule.staleCredentials
    found.push(directive(names.public, isStale ? { staleCredentials: 'true' } : {}))
  }
  if (rule.authenticated) found.push(directive(names.authenticated))
  if (rule.scopes.length > 0)
    found.push(directive(names.requiresScopes, { scopes: JSON.stringify(product(rule.scopes)) }))
  if (rule.policies.length > 0)
    found.push(directive(names.policy, { policies: JSON.stringify(product(rule.policies)) }))
  return found
}

/** All declarations as one: each alternative of one with each of the others. */
function product(
  declarations: readonly (readonly (readonly string[])[])[],
): readonly (readonly string[])[] {
  const [first = [], ...rest] = declarations
  const all = rest.reduce(
    (one, other) => one.flatMap((left) => other.map((right) => [...new Set([...left, ...right])])),
    first,
  )
  if (all.length <= MAX_ALTERNATIVES) return all
  throw new Error(`a rule has more than ${MAX_ALTERNATIVES} alternatives`)
}

function directive(name: string, values: Readonly<Record<string, string>> = {}) {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: name },
    arguments: Object.entries(values).map(([argument, value]) => ({
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: argument },
      value: parseConstValue(value),
    })),
  } as ConstDirectiveNode
}
