// Which subgraphs hold personal data, from supergraph.yaml: those that say `personalData: true` take part in erasures.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'

const supergraph = z.looseObject({
  subgraphs: z.record(
    z.string(),
    z.looseObject({ personalData: z.boolean('must be true or false').optional() }),
  ),
})

/** @throws Error: without the list an erasure would forget somebody */
export function readParticipants(path: string): string[] {
  const { subgraphs } = supergraph.parse(readYaml(path))
  return Object.entries(subgraphs)
    .filter(([name, { personalData }]) => personalData === true && name !== 'auth')
    .map(([name]) => name)
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
