// What auth reads of supergraph.yaml: what it is called, which subgraphs hold personal data (those that say `personalData: true`
// take part in erasures), how long a gateway waits for auth, and what scopes are in words.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { type AuthNames, authNamesSchema, ownNames } from '../../platform/auth-names/auth-names.ts'
import {
  type DescribedScopes,
  describedScopesSchema,
  noDescribedScopes,
} from '../../platform/described-scopes.ts'
import { problemInWords } from '../../platform/problem-words.ts'
import { SettingsError } from '../../platform/settings.ts'

const supergraph = z.looseObject({
  subgraphs: z.record(
    z.string(),
    z.looseObject({
      personalData: z.boolean('must be true or false').optional(),
      timeoutMs: z.number().optional(),
    }),
  ),
  auth: authNamesSchema.default(ownNames),
  scopes: describedScopesSchema.default(noDescribedScopes),
})

/** @throws SettingsError: without the list an erasure would forget somebody */
export function readParticipants(path: string): string[] {
  const { subgraphs } = read(path)
  return Object.entries(subgraphs)
    .filter(([name, { personalData }]) => personalData === true && name !== 'auth')
    .map(([name]) => name)
}

/** The gateway's default where the file has none. */
const TIMEOUT_MS = 10_000

export function readGatewayTimeout(path: string): number {
  return read(path).subgraphs.auth?.timeoutMs ?? TIMEOUT_MS
}

/** What auth is called in this graph: gateways read the same. @throws SettingsError where they are no names */
export function readAuthNames(path: string): AuthNames {
  return read(path).auth
}

/** What scopes let an app do, in words. @throws SettingsError where one is not described as it must be */
export function readDescribedScopes(path: string): DescribedScopes {
  return read(path).scopes
}

function read(path: string): z.infer<typeof supergraph> {
  const { data, error } = supergraph.safeParse(readYaml(path), { error: problemInWords })
  if (data !== undefined) return data
  const problems = error.issues.map(
    ({ path: place, message }) =>
      `SUPERGRAPH_CONFIG: ${path}: ${place.join('.') || 'the file'} ${message}`,
  )
  throw new SettingsError('auth subgraph', problems)
}

function readYaml(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : message
    throw new SettingsError('auth subgraph', [
      `SUPERGRAPH_CONFIG: ${path} cannot be read, and it says who holds personal data: ${why}`,
    ])
  }
}
