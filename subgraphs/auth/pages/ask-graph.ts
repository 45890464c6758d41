// Runs the operations of pages on auth's schema, in this process: its access rules and limits hold for pages as for every client.
import { anonymousClaims } from '@sallyport/claims'
import {
  type DocumentNode,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql'
import type { AuthNames } from '../../../platform/auth-names/auth-names.ts'
import { renameOperation } from '../../../platform/auth-names/rename-operation.ts'
import { formatError } from '../core/errors.ts'
import type { Door } from '../sessions/issue-tokens.ts'
import type { Answer, AnyOperation, Operation, Refusal } from './operation.ts'

export interface Graph {
  /** Whether this deployment has everything that the operation asks for. */
  has(operation: AnyOperation): boolean
  ask<Data, Variables>(
    door: Door,
    operation: Operation<Data, Variables>,
    variables: Variables,
  ): Promise<Answer<Data>>
}

/** @param operations Those of all pages: prepared once, under the names that auth has here. */
export function createGraph(
  parts: {
    readonly schema: GraphQLSchema
    readonly names: AuthNames
    readonly onUnexpected: (error: unknown) => void
  },
  operations: readonly AnyOperation[],
): Graph {
  const { schema, names, onUnexpected } = parts
  const prepared = new Map<object, DocumentNode>()
  for (const operation of operations) {
    const document = renameOperation(parse(operation.document), names)
    if (validate(schema, document).length === 0) prepared.set(operation, document)
  }

  return {
    has: (operation) => prepared.has(operation),
    async ask(door, operation, variables) {
      const document = prepared.get(operation)
      if (document === undefined) throw new Error('a page asks for what it did not announce')
      const claims = operation.as === 'nobody' ? anonymousClaims : door.claims
      const { data, errors } = await execute({
        schema,
        document,
        contextValue: { ...door, claims },
        variableValues: variables as Record<string, unknown>,
      })
      const [error] = errors ?? []
      if (error !== undefined) return { refusal: refusalOf(error) }
      return { data: data as never }
    },
  }

  function refusalOf(error: GraphQLError): Refusal {
    const { message, extensions } = formatError(error.toJSON(), error, onUnexpected)
    return { ...extensions, code: String(extensions?.code), message }
  }
}
