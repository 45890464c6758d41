// What a planner is given of an operation: without what the gateway answers itself, and with names that cannot meet its own.
import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql'
import { mayHaveLongNumber } from '../long-numbers.ts'
import type { PlannerFields } from '../operation/planner-fields.ts'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import { fragmentsOf, reduceDocument } from '../operation/select.ts'
import { type ClientNames, withDistinctNames } from './distinct-names.ts'
import { type Defaults, hoistLongLiterals } from './long-literals.ts'
import { withoutOwnFields } from './own-fields.ts'
import type { Literals, ShareLiterals } from './shared-literals.ts'
import { simplify } from './simplify.ts'

export interface PlannedOperation {
  /** Printed for the planner; null when nothing has to be fetched. */
  readonly document: DocumentNode | null
  readonly operationName: string | null
  /** What the answer is written from: its names are those of the plan. */
  readonly answered: PreparedOperation
  readonly clientNames: ClientNames
  readonly literals: Literals
  readonly variables: PlannedVariables
}

export interface PlannedVariables {
  /** The client's name of a variable of the plan. */
  clientName(name: string): string
  /** What a planner may not have kept to the digit. */
  readonly defaults: Defaults
  /** They are the client's, by the client's names: the document says all of them. */
  readonly areClients: boolean
}

/** Planners name their own variables without looking at the client's. */
const PLANNERS_VARIABLE = /^representations$|^__|^sallyport_/

/** Documents of people, and of code that writes in values, are shorter; a longer one would hold up the event loop for it. */
const MOST_CHARACTERS = 4000

export interface PlanOperationOptions {
  readonly schema: GraphQLSchema
  readonly plannerFields: PlannerFields
  readonly shareLiterals: ShareLiterals
  /** What Boolean variables say; null: the plan has to hold whatever they say. */
  readonly isOn: ((variable: string) => boolean) | null
  /** The operation keeps its name. */
  readonly isNamed: boolean
}

export function planOperation(
  prepared: PreparedOperation,
  options: PlanOperationOptions,
): PlannedOperation {
  const { prepared: answered, clientNames } = withDistinctNames(prepared, options)
  const operationName = options.isNamed ? prepared.operationName : null
  const simple = simplify(answered, options)
  const [whole] = simple.definitions
  const operation = withoutOwnFields(whole as OperationDefinitionNode, fragmentsOf(simple))
  const variables = renamedVariables(answered.operation)
  const { clientName, areRenamed } = variables
  const common = { operationName, answered, clientNames }
  if (operation === null) {
    const nothing = { clientName, defaults: {}, areClients: false }
    return { ...common, document: null, literals: {}, variables: nothing }
  }
  const reduced = reduceDocument(simple, options.isNamed ? operation : withoutName(operation))
  const renamed = variables.rename(reduced)
  const mayShare = prepared.query.length <= MOST_CHARACTERS
  const shared = mayShare ? options.shareLiterals(renamed) : { document: renamed, literals: {} }
  const long = mayHaveLongNumber(prepared.query)
    ? hoistLongLiterals(shared.document, options.schema)
    : { document: shared.document, literals: {}, defaults: {} }
  const { document, defaults } = long
  const areClients = !areRenamed && Object.keys(defaults).length === 0
  return {
    ...common,
    document,
    literals: { ...shared.literals, ...long.literals },
    variables: { clientName, defaults, areClients },
  }
}

function withoutName({ name: _, ...operation }: OperationDefinitionNode): OperationDefinitionNode {
  return operation
}

function renamedVariables({ variableDefinitions = [] }: OperationDefinitionNode) {
  const taken = variableDefinitions
    .map(({ variable }) => variable.name.value)
    .filter((name) => PLANNERS_VARIABLE.test(name))
  const planned = new Map(taken.map((name, index) => [name, `sallyport_variable_${index}`]))
  const client = new Map([...planned].map(([name, own]) => [own, name]))
  return {
    areRenamed: planned.size > 0,
    clientName: (name: string) => client.get(name) ?? name,
    rename(document: DocumentNode): DocumentNode {
      if (planned.size === 0) return document
      return visit(document, {
        Variable(node) {
          const name = planned.get(node.name.value)
          return name === undefined
            ? undefined
            : { ...node, name: { kind: Kind.NAME, value: name } }
        },
      })
    },
  }
}
