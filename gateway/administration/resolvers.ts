// What the gateway's own subgraph answers. Each root field asks its rule once more, here as at every subgraph's door.
import type { Claims } from '@sallyport/claims'
import type { GraphChanges } from '../changes/changes.ts'
import { ChangeRefused, type GraphStatus } from '../changes/status.ts'
import type { GraphVersion } from '../changes/store.ts'
import { GatewayError } from '../errors.ts'
import { CALLER_KINDS, describedClaims } from '../explain/caller.ts'
import { explain } from '../explain/explain.ts'
import { readFieldRules } from '../explain/field-rules.ts'
import { createMatrix, type MatrixRow } from '../explain/matrix.ts'
import { describeRule } from '../explain/rule-words.ts'
import type { Graph } from '../supergraph.ts'
import type { Usage } from '../usage/usage.ts'

export interface AdministrationParts {
  /** Null: the graph does not change by itself. */
  readonly changes: GraphChanges | null
  /** Null: nobody counts. */
  readonly usage: Usage | null
  currentGraph(): Graph | null
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** A refusal that the caller reads. */
export class AdministrationError extends Error {
  readonly code: 'CONFLICT' | 'BAD_USER_INPUT' | 'SERVICE_UNAVAILABLE'

  constructor(code: AdministrationError['code'], message: string) {
    super(message)
    this.code = code
  }
}

interface ExplainInput {
  readonly document: string
  readonly operationName?: string | null
  readonly kind?: string | null
  readonly roles?: readonly string[] | null
  readonly scopes?: readonly string[] | null
  readonly isVerified?: boolean | null
  readonly hasFurtherFactor?: boolean | null
  readonly freshSeconds?: number | null
}

/** Where a rule was written is for those who have the files. */
const declarations = { of: () => [], defaultOf: () => null }

export function createRootValue({ changes, usage, currentGraph, now }: AdministrationParts) {
  const nowSeconds = () => Math.floor(now() / 1000)

  function served(): Graph {
    const graph = currentGraph()
    if (graph === null)
      throw new AdministrationError('SERVICE_UNAVAILABLE', 'There is no graph yet.')
    return graph
  }

  async function command(work: (changes: GraphChanges) => Promise<string>) {
    if (changes === null)
      throw new AdministrationError('CONFLICT', 'This gateway does not follow its graph by itself.')
    try {
      await work(changes)
    } catch (error) {
      if (error instanceof ChangeRefused) throw new AdministrationError('CONFLICT', error.message)
      throw error
    }
    return describeStatus(changes.status())
  }

  return {
    graph: () => (changes === null ? null : describeStatus(changes.status())),
    accessMatrix({ type, roles }: { type?: string | null; roles?: readonly string[] | null }) {
      const { schema, access } = served()
      const fields = readFieldRules({ schema, access, declarations })
      const options = { nowSeconds: nowSeconds(), ...(roles && { roles }) }
      const isMeant = ({ field }: MatrixRow) => !type || field.coordinate.startsWith(`${type}.`)
      const { columns, rows } = createMatrix(fields, options)
      return {
        columns,
        rows: rows.filter(isMeant).map(({ field, cells }) => ({
          field: field.coordinate,
          subgraphs: field.subgraphs,
          cells,
          rule: describeRule(field.rule),
        })),
      }
    },
    fieldUsage: ({ field }: { field: string }) => usage?.usesOf(field) ?? null,
    explainAccess({ input }: { input: ExplainInput }) {
      const { schema, access, costRules, config } = served()
      const question = {
        document: input.document,
        operationName: input.operationName ?? null,
        claims: callerOf(input, nowSeconds()),
        nowSeconds: nowSeconds(),
      }
      try {
        const found = explain(question, { ...config, schema, access, costRules, declarations })
        return {
          ...found,
          fields: found.fields.map((field) => ({
            ...field,
            rules: field.rules.map(({ coordinate, rule, denial }) => ({
              coordinate,
              rule,
              missing: denial?.missing ?? null,
            })),
          })),
        }
      } catch (error) {
        if (error instanceof GatewayError)
          throw new AdministrationError('BAD_USER_INPUT', error.message)
        throw error
      }
    },
    acceptGraphChange: ({ input }: { input: { id: string } }, { claims }: { claims: Claims }) =>
      command((all) => all.accept(input.id, claims.subject ?? 'an admin')),
    goBackToGraphVersion: (
      { input }: { input: { id?: string | null } },
      { claims }: { claims: Claims },
    ) => command((all) => all.back(input.id ?? null, claims.subject ?? 'an admin')),
  }
}

function callerOf(input: ExplainInput, nowSeconds: number): Claims {
  const { kind, roles, scopes, isVerified, hasFurtherFactor, freshSeconds } = input
  const says = [roles, scopes, isVerified, hasFurtherFactor, freshSeconds].some((it) => it != null)
  const wanted = kind ?? (says ? 'user' : 'anonymous')
  const known = CALLER_KINDS.find((one) => one === wanted)
  if (known === undefined)
    throw new AdministrationError('BAD_USER_INPUT', `kind is one of ${CALLER_KINDS.join(', ')}.`)
  const caller = {
    kind: known,
    roles: roles ?? [],
    scopes: scopes ?? [],
    isVerified: isVerified === true,
    hasFurtherFactor: hasFurtherFactor === true,
    freshSeconds: freshSeconds ?? null,
  }
  return describedClaims(caller, nowSeconds)
}

function describeStatus({ version, isPinned, held, versions, subgraphs }: GraphStatus) {
  return {
    version: version && describeVersion(version),
    isPinned,
    held: held.map(({ id, since, kind, of, reasons }) => ({
      id,
      heldSince: since,
      kind: kind.toUpperCase(),
      of,
      reasons,
    })),
    versions: versions.map(describeVersion),
    subgraphs: subgraphs.map(({ seenAt, ...one }) => ({
      ...one,
      seenAt: seenAt === null ? null : new Date(seenAt).toISOString(),
    })),
  }
}

function describeVersion({ id, at, by, changes }: GraphVersion) {
  return { id, servedAt: at, servedBy: by, changes }
}
