// What auth reads of supergraph.yaml: which subgraphs hold personal data (those that say `personalData: true` take part in
// erasures), and how long a gateway waits for auth.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'

const supergraph = z.looseObject({
  subgraphs: z.record(
    z.string(),
    z.looseObject({
      personalData: z.boolean('must be true or false').optional(),
      timeoutMs: z.number().optional(),
    }),
  ),
})

/** @throws Error: without the list an erasure would forget somebody */
export function readParticipants(path: string): string[] {
  const { subgraphs } = supergraph.parse(readYaml(path))
  return Object.entries(subgraphs)
    .filter(([name, { personalData }]) => personalData === true && name !== 'auth')
    .map(([name]) => name)
}

/** The gateway's default where the file has none. */
const TIMEOUT_MS = 5_000

export function readGatewayTimeout(path: string): number {
  return supergraph.parse(readYaml(path)).subgraphs.auth?.timeoutMs ?? TIMEOUT_MS
}

function readYaml(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Error(
      `SUPERGRAPH_CONFIG: ${path} cannot be read, and it says who holds personal data`,
      {
        cause: error,
      },
    )
  }
}
