// One document, for one caller: whether it is answered, and which rules decide that.
import { type Claims, isSignedIn } from '@sallyport/claims'
import { type Denial, strictestDenial } from '@sallyport/claims/predicates'
import type { GraphQLSchema } from 'graphql'
import type { AuthNames } from '../../platform/auth-names/auth-names.ts'
import { collectGuardedFields } from '../authorize/denied-fields.ts'
import { createOperationCache } from '../operation/cache.ts'
import type { CostRules } from '../operation/cost/rules.ts'
import { limitsOf, type OperationLimits } from '../operation/limits.ts'
import type { GraphAccess } from '../supergraph/access.ts'
import type { DeniedHandling } from '../supergraph/config.ts'
import type { Guard } from '../supergraph/guard.ts'
import type { Declaration, Declarations } from './declarations.ts'
import { describeRule } from './rule-words.ts'

export interface Explanation {
  /** What becomes of the whole. */
  readonly verdict: 'answered' | 'refused' | 'filtered'
  /** Of the strictest refusal. */
  readonly code: Denial['code'] | null
  readonly operation: 'query' | 'mutation'
  /** It makes or ends a credential, and runs as nobody whatever is sent. */
  readonly runsAsNobody: boolean
  readonly fields: readonly ExplainedField[]
}

export interface ExplainedField {
  /** `Type.field`, on the type that it is selected on. */
  readonly coordinate: string
  readonly isAllowed: boolean
  readonly rules: readonly ExplainedRule[]
}

export interface ExplainedRule {
  /** Where it holds: the field itself, its type, the type of its value, or one that these can be. */
  readonly coordinate: string
  readonly rule: string
  /** Why not; null: it lets this caller pass. */
  readonly denial: Denial | null
  readonly declarations: readonly Declaration[]
  /** Until when it is logged and not enforced. */
  readonly dryRunUntil: string | null
}

export interface ExplainOptions {
  readonly schema: GraphQLSchema
  readonly access: GraphAccess
  readonly declarations: Declarations
  readonly denied: DeniedHandling
  readonly authNames: AuthNames
  readonly costRules: CostRules
  /** What the deployment set. */
  readonly operationLimits: Partial<OperationLimits>
}

export interface Question {
  readonly document: string
  readonly operationName: string | null
  readonly claims: Claims
  readonly nowSeconds: number
}

/** @throws GatewayError for a document that the gateway would refuse before it asks any rule. */
export function explain(question: Question, options: ExplainOptions): Explanation {
  const { schema, access, authNames, costRules } = options
  const { nowSeconds } = question
  const operations = createOperationCache({
    schema,
    access,
    authNames,
    limits: limitsOf(costRules, options.operationLimits),
    costRules,
    logger: { warn() {} },
    showSchemaDetails: true,
  })
  const whole = operations.prepare(question.document, question.operationName)
  const isNobody = !isSignedIn(question.claims)
  const prepared = (isNobody ? whole.forNobody : null) ?? whole
  const coordinates = coordinatesOf(access)
  const fields = collectGuardedFields({ schema, ...prepared }, access).map((field) => {
    const rules = field.guards.map((guard) => explainRule(guard, coordinates.get(guard) ?? ''))
    const isAllowed = rules.every((rule) => rule.denial === null || rule.dryRunUntil !== null)
    return { coordinate: field.coordinate, isAllowed, rules }
  })
  const denial = whole.isStaleCredentials ? null : prepared.authorize(question.claims, nowSeconds)
  const isFiltered = options.denied === 'filter' && whole.kind === 'query'
  return {
    verdict: denial === null ? 'answered' : isFiltered ? 'filtered' : 'refused',
    code: denial?.code ?? null,
    operation: whole.kind,
    runsAsNobody: whole.isStaleCredentials,
    fields,
  }

  function explainRule(guard: Guard, coordinate: string): ExplainedRule {
    const { rule, predicate, dryRunUntil } = guard
    const isDryRun = dryRunUntil !== null && nowSeconds * 1000 < dryRunUntil
    return {
      coordinate,
      rule: describeRule(rule),
      denial: whole.isStaleCredentials
        ? null
        : strictestDenial([predicate(question.claims, nowSeconds)]),
      declarations: declarationsOf(guard, coordinate),
      dryRunUntil: isDryRun ? new Date(dryRunUntil).toISOString() : null,
    }
  }

  function declarationsOf({ owners }: Guard, coordinate: string): readonly Declaration[] {
    const written = options.declarations.of(coordinate, owners)
    if (written.length > 0) return written
    return owners.flatMap((owner) => options.declarations.defaultOf(owner) ?? [])
  }
}

function coordinatesOf(access: GraphAccess): ReadonlyMap<Guard, string> {
  const found = new Map<Guard, string>()
  for (const [type, { guard, fields }] of access) {
    if (guard) found.set(guard, type)
    for (const [field, own] of fields) if (own.guard) found.set(own.guard, `${type}.${field}`)
  }
  return found
}
