// GET /.well-known/sallyport. Shared caches may keep it for a minute.
import { AuthUnavailable } from '../authenticate/auth-questions.ts'
import type { PlainAnswer, PlainRoute } from '../http/route.ts'
import type { SupergraphConfig } from '../supergraph/config.ts'
import { describeDeployment } from './document.ts'
import type { ReadWaysIn } from './ways-in.ts'

export interface DeploymentParts {
  readonly publicUrl: string
  readonly release: string
  /** Null while no graph is served. */
  readonly currentConfig: () => SupergraphConfig | null
  readonly waysIn: ReadWaysIn
}

export function createDeploymentRoute(parts: DeploymentParts): PlainRoute {
  return async () => {
    const config = parts.currentConfig()
    if (config === null) return notYet
    try {
      const waysIn = await parts.waysIn()
      return {
        status: 200,
        headers: { 'content-type': JSON_TYPE, 'cache-control': 'public, max-age=60' },
        body: JSON.stringify(describeDeployment({ ...parts, config, waysIn })),
      }
    } catch (error) {
      if (error instanceof AuthUnavailable) return notYet
      throw error
    }
  }
}

const JSON_TYPE = 'application/json; charset=utf-8'
const notYet: PlainAnswer = {
  status: 503,
  headers: { 'content-type': JSON_TYPE, 'cache-control': 'no-store', 'retry-after': '1' },
  body: '{"status":"not ready"}',
}
