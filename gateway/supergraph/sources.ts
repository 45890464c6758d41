// Where each subgraph's SDL comes from: a file beside the YAML, an address, the running subgraph, or this package for auth.
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { AuthNamesError } from '../../platform/auth-names/rename-schema.ts'
import { packagedSdl, renamedAuthSdl } from './composition/auth-sdl.ts'
import { fetchSdl, type IdentityFor, withoutQuery } from './composition/fetch-sdl.ts'
import { AUTH_SUBGRAPH, type SubgraphConfig, type SupergraphConfig } from './config.ts'
import { SchemaError } from './schema-error.ts'

/** A subgraph's SDL, and what the file says of it. */
export interface SubgraphSource {
  readonly config: SubgraphConfig
  readonly sdl: string
  /** Where the SDL is from, as messages say it. Default: the subgraph's name. */
  readonly origin?: string
}

export interface ReadSourcesOptions {
  /** What a running subgraph is shown, so that one that answers gateways alone answers. Default: nothing. */
  readonly identityFor?: IdentityFor | undefined
  /** How long one may take to answer. Default: 10 s. */
  readonly timeoutMs?: number | undefined
}

/** @throws SchemaError that names every SDL that cannot be had, and what to do */
export async function readSources(
  configPath: string,
  config: SupergraphConfig,
  options: ReadSourcesOptions = {},
): Promise<readonly SubgraphSource[]> {
  const problems: string[] = []
  const sources = await Promise.all(
    config.subgraphs.map(async (subgraph) => {
      try {
        return await readSource(configPath, { subgraph, config, ...options })
      } catch (error) {
        if (error instanceof AuthNamesError) problems.push(...describeNames(error, config))
        else problems.push(`${subgraph.name}: ${(error as Error).message}`)
        return null
      }
    }),
  )
  if (problems.length > 0) throw new SchemaError(problems)
  return sources.filter((source) => source !== null)
}

function describeNames(
  { problems }: AuthNamesError,
  { placeOfAuthName }: SupergraphConfig,
): readonly string[] {
  return problems.map(({ section, coordinate, message }) => {
    const place = placeOfAuthName(section, coordinate)
    return `auth.${section}: ${message}${place === null ? '' : ` (${place})`}`
  })
}

/** Auth's alone, under its names here. @throws SchemaError */
export async function readAuthSdl(configPath: string, config: SupergraphConfig): Promise<string> {
  const subgraphs = config.subgraphs.filter(({ name }) => name === AUTH_SUBGRAPH)
  const [auth] = await readSources(configPath, { ...config, subgraphs })
  return auth?.sdl ?? ''
}

interface Wanted extends ReadSourcesOptions {
  readonly subgraph: SubgraphConfig
  readonly config: SupergraphConfig
}

async function readSource(configPath: string, wanted: Wanted): Promise<SubgraphSource> {
  const { subgraph, config } = wanted
  const { sdl, origin } = await readText(configPath, wanted)
  const isAuth = subgraph.name === AUTH_SUBGRAPH
  return { config: subgraph, sdl: isAuth ? renamedAuthSdl(sdl, config.authNames) : sdl, origin }
}

async function readText(
  configPath: string,
  { subgraph: { name, schema }, identityFor, timeoutMs }: Wanted,
): Promise<{ readonly sdl: string; readonly origin: string }> {
  if ('of' in schema) return { sdl: packagedSdl(schema.of), origin: `${schema.of}.graphql` }
  if ('file' in schema) return readFile(resolve(dirname(configPath), schema.file))
  if ('announced' in schema)
    throw new Error(
      'it announces itself, which gateways in production hear: where nobody listens give it routing_url and schema instead',
    )
  if ('url' in schema)
    return { sdl: await fetchSdl({ ...schema, timeoutMs }), origin: withoutQuery(schema.url) }
  const sdl = await fetchSdl({ ...schema, identity: await identityFor?.(name), timeoutMs })
  return { sdl, origin: withoutQuery(schema.subgraphUrl) }
}

function readFile(path: string) {
  try {
    return { sdl: readFileSync(path, 'utf8'), origin: path }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : (code ?? 'it cannot be read')
    throw new Error(`${path}: ${why}; schema.file is relative to supergraph.yaml`)
  }
}
