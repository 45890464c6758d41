// The gateway's own subgraph, answered in this process: no address, no connection, no identity token. Its rules are asked before
// planning like everybody's, and once more here; a root field without a rule answers nobody.
import type { Claims } from '@sallyport/claims'
import {
  challengeOf,
  compileRule,
  type Denial,
  denialMessages,
  directiveNames,
  ruleFromDirectives,
  strictestDenial,
} from '@sallyport/claims/predicates'
import {
  buildASTSchema,
  type DocumentNode,
  execute,
  type GraphQLError,
  type GraphQLFormattedError,
  Kind,
  parse,
} from 'graphql'
import type { Log } from '../../platform/log.ts'
import { createBoundedCache } from '../bounded-cache.ts'
import type { DataSource } from '../subgraph/data-source.ts'
import { withoutRules } from '../supergraph/composition/write-rules.ts'
import { askFurtherFactor, refuseApps } from './refusals.ts'
import { AdministrationError, type AdministrationParts, createRootValue } from './resolvers.ts'
import { gatewaySdl } from './sdl.ts'

const DOCUMENTS = 100

export function createAdministration(
  parts: AdministrationParts & { readonly logger: Pick<Log, 'error'> },
): DataSource {
  const document = parse(gatewaySdl)
  const schema = buildASTSchema(plain(document))
  const rootValue = guarded(createRootValue(parts), document, parts.now)
  const documents = createBoundedCache<DocumentNode>({ maxEntries: DOCUMENTS })

  function parsed(query: string): DocumentNode {
    const known = documents.get(query) ?? parse(query, { noLocation: true })
    documents.set(query, known)
    return known
  }

  return {
    async send(body, { claims, requestId }) {
      const { query, variables } = JSON.parse(body) as { query: string; variables?: object }
      const { data, errors } = await execute({
        schema,
        document: parsed(query),
        rootValue,
        contextValue: { claims },
        variableValues: { ...variables },
      })
      const told = errors?.map((error) => tell(error, requestId))
      return {
        data: (data ?? null) as Record<string, unknown> | null,
        ...(told && { errors: told }),
      }
    },
  }

  function tell(error: GraphQLError, requestId: string): GraphQLFormattedError {
    const { originalError: cause, path, message } = error
    const at = path === undefined ? {} : { path }
    if (cause instanceof AdministrationError || cause instanceof Refused)
      return { message, ...at, extensions: { ...extensionsOf(cause), requestId } }
    parts.logger.error({ requestId, err: cause ?? error }, 'the gateway’s own subgraph failed')
    const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId }
    return { message: 'Internal server error.', ...at, extensions }
  }
}

function extensionsOf(cause: AdministrationError | Refused) {
  if (cause instanceof AdministrationError || cause.code !== 'STEP_UP_REQUIRED')
    return { code: cause.code }
  return { code: cause.code, challenge: challengeOf(cause.denial) }
}

class Refused extends Error {
  readonly denial: Denial

  constructor(denial: Denial) {
    super(denialMessages[denial.code])
    this.denial = denial
  }

  get code(): Denial['code'] {
    return this.denial.code
  }
}

const NO_RULE: Denial = Object.freeze({ code: 'FORBIDDEN', missing: 'an access rule' })

type Resolve = (input: never, context: { readonly claims: Claims }) => unknown

function guarded(
  root: Readonly<Record<string, Resolve>>,
  document: DocumentNode,
  now: () => number,
): Readonly<Record<string, Resolve>> {
  const names = directiveNames(document)
  const fields = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION &&
    /^(Query|Mutation)$/.test(definition.name.value)
      ? (definition.fields ?? []).map((field) => ({ field, root: definition.name.value }))
      : [],
  )
  return Object.fromEntries(
    fields.map(({ field, root: on }) => {
      const rule = ruleFromDirectives(field, names)
      const predicates = [
        rule === null ? () => NO_RULE : compileRule(rule),
        refuseApps,
        ...(on === 'Mutation' ? [askFurtherFactor] : []),
      ]
      const resolve: Resolve = (input, context) => {
        const nowSeconds = Math.floor(now() / 1000)
        const denial = strictestDenial(predicates.map((ask) => ask(context.claims, nowSeconds)))
        if (denial !== null) throw new Refused(denial)
        return root[field.name.value]?.(input, context)
      }
      return [field.name.value, resolve]
    }),
  )
}

/** Without what is for composition alone. */
function plain(document: DocumentNode): DocumentNode {
  const { definitions } = withoutRules(document, directiveNames(document))
  return {
    kind: Kind.DOCUMENT,
    definitions: definitions.filter(({ kind }) => kind !== Kind.SCHEMA_EXTENSION),
  }
}
