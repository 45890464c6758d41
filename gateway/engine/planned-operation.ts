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
import { type Constants, hoistLongLiterals } from './long-literals.ts'
import { withoutOwnFields } from './own-fields.ts'
import { simplify } from './simplify.ts'

export interface PlannedOperation {
  /** Printed for the planner; null when nothing has to be fetched. */
  readonly document: DocumentNode | null
  readonly operationName: string | null
  /** What the answer is written from: its names are those of the plan. */
  readonly answered: PreparedOperation
  readonly clientNames: ClientNames
  readonly variables: PlannedVariables
}

export interface PlannedVariables {
  /** The client's name of a variable of the plan. */
  clientName(name: string): string
  readonly constants: Constants
  /** What a planner may not have kept to the digit. */
  readonly defaults: Constants
  /** They are the client's, by the client's names: the document says all of them. */
  readonly areClients: boolean
}

/** Planners name their own variables without looking at the client's. */
const PLANNERS_VARIABLE = /^representations$|^__|^sallyport_/

export interface PlanOperationOptions {
  readonly schema: GraphQLSchema
  readonly plannerFields: PlannerFields
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
  if (operation === null) {
    return {
      document: null,
      operationName,
      answered,
      clientNames,
      variables: { ...variables, constants: {}, defaults: {}, areClients: false },
    }
  }
  const reduced = reduceDocument(simple, options.isNamed ? operation : withoutName(operation))
  const renamed = variables.rename(reduced)
  const { document, constants, defaults } = mayHaveLongNumber(prepared.query)
    ? hoistLongLiterals(renamed, options.schema)
    : { document: renamed, constants: {}, defaults: {} }
  const { clientName, areRenamed } = variables
  const areClients = !areRenamed && isEmpty(constants) && isEmpty(defaults)
  return {
    document,
    operationName,
    answered,
    clientNames,
    variables: { clientName, constants, defaults, areClients },
  }
}

function withoutName({ name: _, ...operation }: OperationDefinitionNode): OperationDefinitionNode {
  return operation
}

function isEmpty(constants: Constants): boolean {
  return Object.keys(constants).length === 0
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
