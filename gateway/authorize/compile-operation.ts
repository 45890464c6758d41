// Compiles one operation to the access rules of everything it selects. Done once; a request only asks the predicates.
import type { Claims } from '@sallyport/claims'
import {
  type Denial,
  isPublicOnly,
  refuseAppThatMayNotWrite,
  strictestDenial,
  usesLive,
} from '@sallyport/claims/predicates'
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { GatewayError } from '../errors.ts'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import { tooComplexBecause } from '../operation/too-complex.ts'
import type { GraphAccess } from '../supergraph/access.ts'
import { AUTH_SUBGRAPH } from '../supergraph/config.ts'
import { mergeCredentialUses } from '../supergraph/credential-use.ts'
import type { Guard } from '../supergraph/guard.ts'
import {
  type Coordinate,
  collectCoordinates,
  type RootField,
  readRootFields,
} from './coordinates.ts'
import { readNestedRoots } from './nested-roots.ts'

export interface CompileOptions {
  readonly schema: GraphQLSchema
  readonly access: GraphAccess
  readonly operation: OperationDefinitionNode
  /** The operation and its fragments, valid against the schema. */
  readonly document: DocumentNode
  readonly logger: { warn(...args: unknown[]): void }
  /** What `leadsToRoot` says of the schema. */
  readonly mayNestRoots: boolean
}

export type CompiledOperation = Pick<
  PreparedOperation,
  | 'operationName'
  | 'kind'
  | 'fields'
  | 'rootFields'
  | 'rootCoordinates'
  | 'isStaleCredentials'
  | 'credentials'
  | 'needsLive'
  | 'usesIntrospection'
  | 'authorize'
>

/** So many of one operation are told. */
const MAX_FIELDS = 1000

/** @throws GatewayError when the operation mixes what makes credentials with anything else, or asks for mutations below others. */
export function compileOperation(options: CompileOptions): CompiledOperation {
  const { operation, access, logger } = options
  const kind = operation.operation === 'mutation' ? 'mutation' : 'query'
  const { rootType, fields, usesIntrospection } = readRootFields(options)
  const nested = readNestedRoots(options, { rootType, fields, mayNest: options.mayNestRoots })
  const isStaleCredentials = fields.some(
    ({ name }) => fieldGuard(access, rootType, name)?.rule.staleCredentials === true,
  )
  if (kind === 'mutation') refuseRepeatedCredentialMutation(fields, rootType, access)
  const coordinates = collectCoordinates(options, fields)
  const selected = { rootType, fields, coordinates, access }
  const guards = isStaleCredentials
    ? guardsOfCredentialMutation(selected)
    : guardsOfSelections(selected)
  const operationName = operation.name?.value ?? null
  const isWriting =
    kind === 'mutation' && fields.some(({ name }) => isRuled(rootType, name, access))

  return {
    operationName,
    kind,
    fields: coordinates.fields.slice(0, MAX_FIELDS).map(({ type, field }) => `${type}.${field}`),
    rootFields: Object.freeze([...fields.map(({ name }) => name), ...nested.names]),
    rootCoordinates: Object.freeze([
      ...fields.map(({ name }) => `${kind === 'mutation' ? 'Mutation' : 'Query'}.${name}`),
      ...nested.names.map((name) => `Query.${name}`),
    ]),
    isStaleCredentials,
    credentials: mergeCredentialUses(
      fields.flatMap(({ name }) => access.get(rootType)?.fields.get(name)?.credentials ?? []),
    ),
    needsLive: guards.some((guard) => usesLive(guard.rule)),
    usesIntrospection: usesIntrospection || nested.usesIntrospection,
    authorize: createAuthorize(guards, { operationName, logger, isWriting }),
  }
}

interface Selected {
  readonly rootType: string
  readonly fields: readonly RootField[]
  readonly coordinates: {
    readonly types: readonly string[]
    readonly fields: readonly Coordinate[]
  }
  readonly access: GraphAccess
}

function guardsOfSelections({ rootType, fields, coordinates, access }: Selected): Guard[] {
  const guards = new Set<Guard>()
  for (const type of coordinates.types) addGuard(guards, access.get(type)?.guard)
  for (const { type, field } of coordinates.fields)
    addGuard(guards, fieldGuard(access, type, field))
  // Deny by default: readAccess gives every root field a rule, so one without is not of this graph.
  for (const { name } of fields) {
    if (!fieldGuard(access, rootType, name) && !access.get(rootType)?.guard) {
      throw new GatewayError('FORBIDDEN')
    }
  }
  return unique([...guards])
}

/**
 * A mutation that makes or replaces a credential stands alone and never leaves auth: below it auth
 * resolves as the new principal, whom the gateway does not know yet.
 */
function guardsOfCredentialMutation({ rootType, fields, coordinates, access }: Selected): Guard[] {
  const [field, another] = fields
  if (!field || another) {
    const message = 'This mutation must be the only root field of its operation.'
    throw new GatewayError('BAD_REQUEST', { message })
  }
  const below = coordinates.fields.filter(({ type }) => type !== rootType)
  if (below.some(({ type, field: name }) => leavesAuth(access, type, name))) {
    const message = 'Below this mutation only fields of the auth subgraph can be selected.'
    throw new GatewayError('BAD_REQUEST', { message })
  }
  const guards = [access.get(rootType)?.guard, fieldGuard(access, rootType, field.name)]
  return guards.filter((guard) => guard !== null && guard !== undefined)
}

function leavesAuth(access: GraphAccess, type: string, field: string): boolean {
  const found = access.get(type)?.fields.get(field)
  if (!found) return false
  return !found.owners.includes(AUTH_SUBGRAPH) || found.requiresOthers
}

// A hundred aliases of one are a hundred guesses for the price of one request.
function refuseRepeatedCredentialMutation(
  fields: readonly RootField[],
  rootType: string,
  access: GraphAccess,
): void {
  const seen = new Set<string>()
  const exceeded = { limit: 'authMutations', value: 2, maximum: 1 } as const
  for (const { name } of fields) {
    const isAuth = access.get(rootType)?.fields.get(name)?.owners.includes(AUTH_SUBGRAPH)
    if (isAuth && seen.has(name)) {
      const message = 'A mutation of the auth subgraph can be asked for once in an operation.'
      throw tooComplexBecause(message, exceeded)
    }
    seen.add(name)
  }
}

/** Whether the field is not for everybody. */
function isRuled(type: string, field: string, access: GraphAccess): boolean {
  const guard = fieldGuard(access, type, field)
  return guard === null || !isPublicOnly(guard.rule)
}

interface AuthorizeOptions extends Pick<CompileOptions, 'logger'> {
  readonly operationName: string | null
  /** A mutation that is not for everybody. */
  readonly isWriting: boolean
}

function createAuthorize(
  guards: readonly Guard[],
  { operationName, logger, isWriting }: AuthorizeOptions,
): (claims: Claims, nowSeconds: number) => Denial | null {
  const enforced = guards.filter((guard) => guard.dryRunUntil === null)
  const dryRun = guards.filter((guard) => guard.dryRunUntil !== null)
  return (claims, nowSeconds) => {
    let strictest = isWriting ? refuseAppThatMayNotWrite(claims, nowSeconds) : null
    for (const guard of enforced) {
      const denial = guard.predicate(claims, nowSeconds)
      if (denial !== null) strictest = strictestDenial([strictest, denial])
    }
    for (const guard of dryRun) {
      const denial = guard.predicate(claims, nowSeconds)
      if (!denial) continue
      if (nowSeconds * 1000 >= (guard.dryRunUntil ?? 0)) {
        strictest = strictestDenial([strictest, denial])
      } else {
        logger.warn({ operationName, subgraphs: guard.owners, denial }, 'dry run: would be denied')
      }
    }
    return strictest
  }
}

function fieldGuard(access: GraphAccess, type: string, field: string): Guard | null {
  return access.get(type)?.fields.get(field)?.guard ?? null
}

function addGuard(guards: Set<Guard>, guard: Guard | null | undefined): void {
  if (guard) guards.add(guard)
}

/** One of each: a thousand fields mostly share a handful of rules. */
function unique(guards: readonly Guard[]): Guard[] {
  const byMeaning = new Map(
    guards.map((guard) => [
      JSON.stringify([
        guard.rule,
        guard.dryRunUntil,
        guard.owners.length > 0 && guard.dryRunUntil !== null ? guard.owners : null,
      ]),
      guard,
    ]),
  )
  return [...byMeaning.values()]
}
