// The two doors before one table of steps: our own HTTP, and a team's own Apollo Server. They differ in the steps that read and answer.
import type { Log } from '../platform/log.ts'
import { createForApolloServer, type ForApolloServer } from './apollo-server/for-apollo-server.ts'
import type { GatewayConfig } from './config.ts'
import { createCallerReader } from './http/client-address.ts'
import type { Metrics } from './metrics.ts'
import { createApolloDoor } from './pipeline/apollo-door.ts'
import { createStepTimes } from './pipeline/step-times.ts'
import { createPipeline, type Pipeline, type PipelineParts } from './pipeline.ts'
import type { OpenTrace } from './request-trace.ts'

interface DoorParts {
  readonly config: Pick<GatewayConfig, 'limits' | 'trustedProxies'>
  readonly pipelineParts: PipelineParts
  readonly metrics: Metrics
  readonly openTrace: OpenTrace
  readonly logger: Log
}

export interface Doors {
  readonly pipeline: Pipeline
  readonly forApolloServer: ForApolloServer
}

export function createDoors(parts: DoorParts): Doors {
  const { config, pipelineParts, metrics, openTrace, logger } = parts
  const pipeline = createPipeline(pipelineParts)
  const forApolloServer = createForApolloServer({
    // The steps of our own door are those that are measured.
    pipeline: createPipeline(
      { ...pipelineParts, metrics: { ...metrics, timeSteps: createStepTimes } },
      createApolloDoor(pipelineParts),
    ),
    identifyCaller: createCallerReader(config.trustedProxies),
    executionTimeoutMs: config.limits.executionTimeoutMs,
    logger,
    countRequest: metrics.countRequest,
    openTrace,
    currentGraph: pipelineParts.currentGraph,
  })
  return { pipeline, forApolloServer }
}
