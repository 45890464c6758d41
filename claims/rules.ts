// The second door: graphql-shield over a subgraph's schema, from the access directives in its SDL.
import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql'
import { isPublicOnly } from './access-rule.ts'
import {
  type Check,
  type CheckOptions,
  type Compile,
  createCompiler,
  defaultClaimsOf,
} from './check.ts'
import { type Claims, isSignedIn } from './claims.ts'
import { forbidden, unauthenticated, undecided } from './denials.ts'
import { guardReferences } from './references.ts'
import {
  type DefaultAccess,
  FEDERATION_FIELDS,
  rulesOfSchema,
  type SchemaRules,
} from './schema-rules.ts'
import { applyMiddleware, rule as createShieldRule, shield } from './shield.ts'

export { denialError, forbidden, unauthenticated } from './denials.ts'
export type { DefaultAccess } from './schema-rules.ts'

/**
 * A hand-written rule, for what the caller's claims alone cannot tell (ownership): `true` lets pass,
 * a returned error is the answer. One that throws yields SERVICE_UNAVAILABLE, unless it threw a
 * GraphQLError with a code.
 */
export type Rule<Parent = never, Args = never, Context = never> = (
  parent: Parent,
  args: Args,
  context: Context,
  info: GraphQLResolveInfo,
) => true | Error | Promise<true | Error>

/** Hand-written rules by type and field; each holds beside what the SDL says. */
export type Rules = Readonly<Record<string, Readonly<Record<string, Rule>>>>

export interface GuardOptions extends CheckOptions {
  /** Default: none. */
  rules?: Rules
  /** For root and entity fields without a rule, as in `supergraph.yaml`. Default `deny`. */
  access?: DefaultAccess
}

type AnyRule = (parent: unknown, args: unknown, context: unknown, info: unknown) => unknown
type Resolve = (parent: unknown, args: unknown, context: unknown, info: unknown) => unknown
type FieldMiddleware = (
  resolve: Resolve,
  parent: unknown,
  args: unknown,
  context: unknown,
  info: unknown,
) => unknown
interface Guard {
  check: Check
  rule?: AnyRule
}

/**
 * Guards the schema of `buildSubgraphSchema`: every field by the access directives in its SDL and its
 * hand-written rule, `_entities`, `_service` and references by a verified identity, root and entity
 * fields without a rule by the default. Denials are field errors with `extensions.code`
 * UNAUTHENTICATED, FORBIDDEN or STEP_UP_REQUIRED; errors of resolvers pass untouched.
 *
 * @throws Error on an unknown policy, a malformed directive, or a rule for a field that is not there.
 */
export function guardSchema(schema: GraphQLSchema, options: GuardOptions = {}): GraphQLSchema {
  const rules = rulesOfSchema(schema, options.access ?? 'deny')
  const compile = createCompiler(options)
  const guards = guardsOfFields(schema, rules, options.rules ?? {}, compile)
  const guarded = applyMiddleware(schema, shieldMiddleware(schema, guards))
  guardReferences(guarded, rules.types, compile)
  return guarded
}

/**
 * A rule about the object that a field belongs to, for example "oneself or an admin":
 * `parentRule((user: User, claims) => isSubject(claims, user.id))`.
 */
export function parentRule<Parent>(
  isAllowed: (parent: Parent, claims: Claims) => boolean,
  claimsOf: (context: never) => Claims | undefined = defaultClaimsOf,
): Rule<Parent> {
  return (parent, _args, context) => {
    const claims = claimsOf(context)
    if (claims && isAllowed(parent, claims)) return true
    return claims && isSignedIn(claims) ? forbidden() : unauthenticated()
  }
}

function guardsOfFields(
  schema: GraphQLSchema,
  { fields, roots }: SchemaRules,
  ownRules: Rules,
  compile: Compile,
): Map<string, Map<string, Guard>> {
  const guards = new Map<string, Map<string, Guard>>()
  const add = (type: string, field: string, guard: Guard) => {
    guards.set(type, (guards.get(type) ?? new Map()).set(field, guard))
  }
  const kindOf = (type: string) => (type === schema.getMutationType()?.name ? 'mutation' : 'query')
  for (const [type, rules] of fields) {
    for (const [field, rule] of rules) {
      // Anyone who reads a public field below the root came past a guarded one.
      if (roots.has(type) || !isPublicOnly(rule))
        add(type, field, { check: compile(rule, kindOf(type)) })
    }
  }
  for (const field of Object.keys(schema.getQueryType()?.getFields() ?? {})) {
    if (FEDERATION_FIELDS.includes(field)) add(queryName(schema), field, { check: compile(null) })
  }
  for (const [type, rules] of Object.entries(ownRules)) {
    for (const [field, rule] of Object.entries(rules)) {
      const declared = fields.get(type)?.get(field) ?? null
      add(type, field, { check: compile(declared, kindOf(type)), rule: rule as unknown as AnyRule })
    }
  }
  return guards
}

/** graphql-shield wraps every field of a schema; only those that are guarded are taken over. */
function shieldMiddleware(schema: GraphQLSchema, guards: Map<string, Map<string, Guard>>) {
  const tree = mapFields(guards, shieldRuleOf)
  const shielded = shield(tree, SHIELD_OPTIONS).generate(schema) as Record<
    string,
    Record<string, FieldMiddleware>
  >
  return mapFields(guards, (guard, type, field) => {
    const middleware = shielded[type]?.[field]
    if (!middleware) throw new Error(`a rule stands on ${type}.${field}, which is not there`)
    return unlessAllowed(guard, middleware)
  })
}

/**
 * Each guard is asked once. Callers that it lets pass go straight on: through the promises of graphql-shield a large list
 * would take three times as long. Every refusal is graphql-shield's to answer.
 */
function unlessAllowed(guard: Guard, middleware: FieldMiddleware): FieldMiddleware {
  return (resolve, parent, args, context, info) => {
    const verdict = ask(guard, parent, args, context, info)
    if (verdict === true) return resolve(parent, args, context, info)
    if (verdict instanceof Error) return middleware(resolve, parent, args, context, verdict)
    return verdict.then((later) => {
      if (later === true) return resolve(parent, args, context, info)
      return middleware(resolve, parent, args, context, later)
    })
  }
}

type Verdict = true | Error

/** A rule of claims alone is decided at once, and so is one by hand that needs no promise. */
function ask(
  { check, rule }: Guard,
  parent: unknown,
  args: unknown,
  context: unknown,
  info: unknown,
): Verdict | Promise<Verdict> {
  try {
    const denial = check(context)
    if (denial || !rule) return denial ?? true
    const answer = rule(parent, args, context, info)
    return isPromise(answer) ? settle(answer) : verdictOf(answer)
  } catch (cause) {
    return undecided(cause)
  }
}

async function settle(answer: PromiseLike<unknown>): Promise<Verdict> {
  try {
    return verdictOf(await answer)
  } catch (cause) {
    return undecided(cause)
  }
}

function isPromise(answer: unknown): answer is PromiseLike<unknown> {
  return typeof (answer as PromiseLike<unknown> | null | undefined)?.then === 'function'
}

function verdictOf(answer: unknown): Verdict {
  if (answer === true) return true
  return answer instanceof Error ? answer : forbidden()
}

/** Gets the refusal in the place of `info`; without one there is no passing. */
function shieldRuleOf(_guard: Guard, type: string, field: string) {
  return createShieldRule(`${type}.${field}`, { cache: 'no_cache' })(
    (_parent: unknown, _args: unknown, _context: unknown, refusal: unknown) => {
      return refusal instanceof Error ? refusal : forbidden()
    },
  )
}

const SHIELD_OPTIONS = {
  // Called for errors of resolvers, which pass as they are, and for plain refusals (null).
  fallbackError: (error: unknown) => {
    if (error === null) return forbidden()
    return error instanceof Error ? error : new Error(String(error))
  },
} as const

function queryName(schema: GraphQLSchema): string {
  return schema.getQueryType()?.name ?? 'Query'
}

function mapFields<From, To>(
  fields: Map<string, Map<string, From>>,
  change: (value: From, type: string, field: string) => To,
): Record<string, Record<string, To>> {
  const changed = [...fields].map(([type, own]) => {
    return [type, Object.fromEntries([...own].map(([f, v]) => [f, change(v, type, f)]))] as const
  })
  return Object.fromEntries(changed)
}
