// Where an admitted operation runs: straight in the engine of its graph. Apollo Server goes round it for its plugins (apollo.ts).
import type { FormattedExecutionResult } from 'graphql'
import type { GatewayRequest } from './request.ts'

export type Execute = (request: GatewayRequest) => Promise<FormattedExecutionResult>

export interface Execution {
  readonly execute: Execute
  stop(): Promise<void>
}

/** The short way: all that Apollo Server would check, the pipeline has checked. */
export const executeInEngine: Execute = ({ graph, prepared, variables, context }) =>
  graph.engine.execute(prepared, { variables, context })
