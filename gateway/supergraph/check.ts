// Reads each subgraph's SDL before it is composed and says what would open a hole: rules that are missing, contradict or reach for auth.
import { type AccessRule, type PolicyRegistry, usesLive } from '@sallyport/claims/predicates'
import type { ASTNode, DocumentNode } from 'graphql'
import type { AuthNames } from '../../platform/auth-names/auth-names.ts'
import { checkSealedAuth } from './check-sealed-auth.ts'
import { checkSealedGateway } from './check-sealed-gateway.ts'
import type { RulesOfFile } from './composition/file-rules.ts'
import { placeOf } from './composition/places.ts'
import { AUTH_SUBGRAPH } from './config.ts'
import { readCredentialUse } from './credential-use.ts'
import { schemaNodes } from './links.ts'
import {
  definedArguments,
  type FieldSource,
  type SubgraphDocument,
  type TypeSource,
} from './subgraph-document.ts'

export interface CheckOptions {
  readonly policies: PolicyRegistry
  /** Subgraphs of which every root field must declare its rule itself. */
  readonly explicit: readonly string[]
  readonly authNames: AuthNames
  readonly file: RulesOfFile
}

/** Every problem of the subgraphs as they were written. */
export function checkSubgraphs(
  all: readonly SubgraphDocument[],
  options: CheckOptions,
): readonly string[] {
  return all.flatMap((subgraph) => {
    const problems = [
      ...checkLink(subgraph, 'public'),
      // Elsewhere a directive of that name may be anybody's own.
      ...(subgraph.config.name === AUTH_SUBGRAPH ? checkLink(subgraph, 'credentials') : []),
      ...[...subgraph.types.values()].flatMap((type) => checkType(type, subgraph, options)),
      ...checkSealedAuth(subgraph, all, options.authNames),
      ...checkSealedGateway(subgraph, all),
    ]
    return problems.map((problem) => withPlaces(problem, subgraph, options.file))
  })
}

/** Behind the problem where what it speaks of stands in the SDL, and where the file has a rule for it. */
function withPlaces(problem: string, subgraph: SubgraphDocument, file: RulesOfFile): string {
  const { name, rules } = subgraph.config
  const [, coordinate = ''] = problem.split(': ', 2)
  const places = [
    placeOf(nodeOf(coordinate, subgraph)),
    coordinate in rules ? file.placeOfRule(name, coordinate) : null,
    coordinate in file.rules ? file.placeOfRule(null, coordinate) : null,
  ].filter((place) => place !== null)
  return places.length === 0 ? problem : `${problem} (${places.join(', ')})`
}

function nodeOf(coordinate: string, { types }: SubgraphDocument): ASTNode | undefined {
  const [type = '', field] = coordinate.split('.')
  const found = types.get(type)
  return field === undefined ? found?.nodes[0] : found?.fields.get(field)?.node
}

/** Subgraphs that say different things about one field, once defaults are written in. */
export function checkSharedFields(all: readonly SubgraphDocument[]): readonly string[] {
  const meanings = new Map<string, Map<string, string[]>>()
  for (const { config, types } of all) {
    for (const field of [...types.values()].flatMap((type) => [...type.fields.values()])) {
      // Without a rule of its own it only takes a default, which is never looser than what others say.
      if (!field.rule || field.isExternal) continue
      const said = meanings.get(field.coordinate) ?? new Map<string, string[]>()
      const meaning = describeRule(field.rule)
      said.set(meaning, [...(said.get(meaning) ?? []), config.name])
      meanings.set(field.coordinate, said)
    }
  }
  return [...meanings].flatMap(([coordinate, said]) => {
    if (said.size < 2) return []
    const sides = [...said].map(([meaning, names]) => `${names.join(', ')}: ${meaning}`)
    return [`${coordinate}: subgraphs disagree on its rule (${sides.join('; ')})`]
  })
}

function checkType(
  type: TypeSource,
  subgraph: SubgraphDocument,
  options: CheckOptions,
): readonly string[] {
  const { name } = subgraph.config
  const problems = checkRule(type.rule, `${name}: ${type.name}`, { subgraph, options })
  if (type.root && type.rule?.public) {
    problems.push(`${name}: ${type.name}: @public on a root type; put it on each field`)
  }
  if (type.rule?.staleCredentials) {
    problems.push(`${name}: ${type.name}: staleCredentials belongs on a mutation`)
  }
  for (const field of type.fields.values()) {
    problems.push(...checkField(field, type, { subgraph, options }))
  }
  return problems
}

interface Place {
  readonly subgraph: SubgraphDocument
  readonly options: CheckOptions
}

function checkField(field: FieldSource, type: TypeSource, place: Place): readonly string[] {
  const { name } = place.subgraph.config
  const at = `${name}: ${field.coordinate}`
  const problems = checkRule(field.rule, at, place)
  const isRuled = field.rule !== null || type.rule !== null
  if (type.root && !isRuled && place.options.explicit.includes(name)) {
    problems.push(`${at}: a root field without an access rule`)
  }
  const isAuthMutation = name === AUTH_SUBGRAPH && type.root === 'mutation'
  if (field.rule?.staleCredentials && !isAuthMutation) {
    problems.push(`${at}: staleCredentials is for mutations of auth alone`)
  }
  problems.push(...checkCredentials(field, at, { isAuthMutation, place }))
  if (type.root === 'mutation' && name !== AUTH_SUBGRAPH && needsLive(field, type)) {
    problems.push(
      `${at}: a mutation with a "role:" rule needs the policy "live" too, as in [["role:…", "live"]]`,
    )
  }
  return problems
}

/** Only what makes a credential is told of one: other mutations run as anyone who is signed in. */
function checkCredentials(
  { node, rule }: FieldSource,
  at: string,
  { isAuthMutation, place }: { readonly isAuthMutation: boolean; readonly place: Place },
): string[] {
  try {
    const use = readCredentialUse(node, place.subgraph.names.credentials)
    if (use === null) return []
    if (!isAuthMutation) return [`${at}: @credentials is for mutations of auth alone`]
    if (use.reads.size === 0 || rule?.staleCredentials) return []
    return [`${at}: @credentials with "reads" needs @public(staleCredentials: true)`]
  } catch (error) {
    return [`${at}: ${(error as Error).message}`]
  }
}

function checkRule(rule: AccessRule | null, at: string, { subgraph, options }: Place): string[] {
  if (!rule) return []
  const problems: string[] = []
  const demands = rule.authenticated || rule.scopes.length > 0 || rule.policies.length > 0
  if (rule.public && demands) problems.push(`${at}: @public beside another rule`)
  if (rule.public && !subgraph.config.mayDeclarePublic) {
    problems.push(`${at}: @public, but supergraph.yaml does not say mayDeclarePublic`)
  }
  for (const policy of new Set(rule.policies.flat(2))) {
    if (options.policies.find(policy)) continue
    problems.push(`${at}: unknown policy "${policy}"${hintFor(policy)}`)
  }
  return problems
}

/** Behind the problem comes where it stands. */
function hintFor(policy: string): string {
  return policy.startsWith('fresh:')
    ? '; fresh:<seconds> needs a whole number'
    : '; there are role:<name>, verified, session, mfa, fresh:<seconds>, live, deny, and those of policies.module'
}

function needsLive(field: FieldSource, type: TypeSource): boolean {
  const rules = [field.rule, type.rule].filter((rule) => rule !== null)
  const hasRole = rules.some(({ policies }) => policies.flat(2).some((p) => p.startsWith('role:')))
  return hasRole && !rules.some(usesLive)
}

/** What is not linked, or not composed, means nothing: fields would be denied to everybody, or set no cookies. */
function checkLink(
  { config, document, names, types }: SubgraphDocument,
  directive: 'public' | 'credentials',
): readonly string[] {
  const [name = directive] = names[directive]
  if (config.name !== AUTH_SUBGRAPH && isOwn(document, name, names[directive])) return []
  const isUsed = [...types.values()].some((type) =>
    [...type.nodes, ...[...type.fields.values()].map((field) => field.node)].some((node) =>
      node.directives?.some((directive) => directive.name.value === name),
    ),
  )
  if (!isUsed) return []
  const directives = schemaNodes(document).flatMap((node) => node.directives ?? [])
  const isComposed = directives.some(
    (directive) =>
      directive.name.value.endsWith('composeDirective') &&
      directive.arguments?.some(
        ({ value }) => value.kind === 'StringValue' && value.value === `@${name}`,
      ),
  )
  if (names[directive].size > 0 && isComposed) return []
  return [`${config.name}: @${name} is used without its @link and @composeDirective`]
}

/** Whether a subgraph has a directive of its own that is called `@public`: it means what its author says. */
function isOwn(document: DocumentNode, name: string, linked: ReadonlySet<string>): boolean {
  const defined = definedArguments(document, name)
  return linked.size === 0 && defined !== null && !defined.includes('staleCredentials')
}

function describeRule(rule: AccessRule | null): string {
  if (!rule) return 'none'
  const parts = [
    rule.public && '@public',
    rule.authenticated && '@authenticated',
    ...rule.scopes.map((scopes) => `@requiresScopes ${JSON.stringify(scopes)}`),
    ...rule.policies.map((policies) => `@policy ${JSON.stringify(policies)}`),
  ]
  return parts.filter(Boolean).join(' ')
}
