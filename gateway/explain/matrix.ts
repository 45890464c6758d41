// The matrix of a graph: each field, and who may read it: everybody, whoever is signed in, whoever holds a role.
import { anonymousClaims, type Claims, claimsFromPayload } from '@sallyport/claims'
import { strictestDenial } from '@sallyport/claims/predicates'
import type { FieldRule } from './field-rules.ts'

/**
 * `proof`: with a proved address, a second factor or a recent sign-in. `scope`: with the scopes that the rule names, too. `-`: nothing
 * is asked of anybody who gets there; the field that leads there decides.
 */
export type Cell = 'yes' | 'proof' | 'scope' | 'no' | '-'

export interface Matrix {
  /** `everybody`, `signed in`, and the roles that rules name. */
  readonly columns: readonly string[]
  readonly rows: readonly MatrixRow[]
}

export interface MatrixRow {
  readonly field: FieldRule
  readonly cells: readonly Cell[]
}

export interface MatrixOptions {
  /** Default: those that rules name. */
  readonly roles?: readonly string[]
  readonly nowSeconds: number
}

export function createMatrix(
  fields: readonly FieldRule[],
  { roles = rolesIn(fields), nowSeconds }: MatrixOptions,
): Matrix {
  const callers = [null, [], ...roles.map((role) => [role])]
  return {
    columns: ['everybody', 'signed in', ...roles],
    rows: fields.map((field) => ({
      field,
      cells: callers.map((held) => cellOf(field, held, nowSeconds)),
    })),
  }
}

/** Roles of `role:` policies, and of no others: what a policy of a deployment's own looks at is for itself to know. */
function rolesIn(fields: readonly FieldRule[]): readonly string[] {
  const policies = fields.flatMap(({ rule }) => rule.policies.flat(2))
  const roles = policies.flatMap((policy) => /^role:(\S+)$/.exec(policy)?.[1] ?? [])
  return [...new Set(roles)].sort()
}

function cellOf(field: FieldRule, roles: readonly string[] | null, nowSeconds: number): Cell {
  if (field.guards.length === 0) return '-'
  const scope = [...new Set(field.rule.scopes.flat(2))].join(' ')
  if (roles === null) return isOpenTo(field, anonymousClaims, nowSeconds) ? 'yes' : 'no'
  const plain = { kind: 'user', sub: 'usr_anybody', sid: 'ses_any', roles }
  const proved = {
    ...plain,
    email_verified: true,
    amr: ['pwd', 'otp', 'mfa'],
    auth_time: nowSeconds,
    mfa_time: nowSeconds,
  }
  const callers: readonly (readonly [Cell, object])[] = [
    ['yes', plain],
    ['proof', proved],
    ['scope', { ...proved, scope }],
  ]
  const found = callers.find(([, payload]) =>
    isOpenTo(field, claimsFromPayload({ ...payload }), nowSeconds),
  )
  return found?.[0] ?? 'no'
}

function isOpenTo({ guards }: FieldRule, claims: Claims, nowSeconds: number): boolean {
  const denials = guards
    .filter(({ dryRunUntil }) => dryRunUntil === null || nowSeconds * 1000 >= dryRunUntil)
    .map(({ predicate }) => predicate(claims, nowSeconds))
  return strictestDenial(denials) === null
}
