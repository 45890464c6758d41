// `sallyport init`: the files with which a team's graph begins. Nothing that is there is written over.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type DocumentNode, GraphQLError, parse, Source } from 'graphql'
import { parseDocument, stringify } from 'yaml'
import { packagedAuthSdl } from '../../gateway/supergraph/composition/auth-sdl.ts'
import { fetchSdl, NoSdlError } from '../../gateway/supergraph/composition/fetch-sdl.ts'
import { proposeNames } from '../../gateway/supergraph/composition/make-room.ts'
import { type Given, type Outcome, UsageError } from '../operator/command.ts'
import { isFile } from './config-path.ts'
import { composeFile, envExample } from './init-files.ts'

interface Subgraph {
  readonly name: string
  readonly url: string
  readonly file: string | null
  readonly document: DocumentNode
}

export async function init({ subgraph = [], schema = [] }: Given): Promise<Outcome> {
  const urls = pairsOf(subgraph, '--subgraph')
  const files = pairsOf(schema, '--schema')
  for (const [name, url] of urls) refuseAddress(name, url)
  const unknown = [...files.keys()].find((name) => !urls.has(name))
  if (unknown !== undefined)
    throw new UsageError(
      `--schema ${unknown}: say where it runs, with --subgraph ${unknown}=<url>.`,
    )
  const subgraphs = await readAll(
    [...urls].map(([name, url]) => readSubgraph(name, url, files.get(name) ?? null)),
  )
  const names = proposeNames(
    parse(packagedAuthSdl()),
    subgraphs.map(({ document }) => document),
  )
  const isNew = !existsSync('supergraph.yaml')
  const written = [
    write('supergraph.yaml', supergraphYaml(subgraphs, names)),
    write('.env.example', envExample),
    write('compose.yaml', composeFile),
  ]
  const renamed = Object.entries(names).map(([own, name]) => `  ${own} is called ${name} here`)
  const next =
    'Next: "sallyport dev" starts it. "access" in supergraph.yaml says who may read what has no rule.'
  const room = isNew && renamed.length > 0 ? ['Auth makes room:', ...renamed] : []
  const left = unnamed([...urls.keys()])
  const missing = left.length > 0 ? [`Add to supergraph.yaml: ${left.join(', ')}`] : []
  const said = [...written, ...missing, ...room, next]
  return { said: said.join('\n'), isComplete: true }
}

function pairsOf(given: Given[string], option: string): Map<string, string> {
  const texts = Array.isArray(given) ? given.map(String) : []
  const names = new Set<string>()
  return new Map(
    texts.map((text) => {
      const [, name, value] = /^([A-Za-z][\w-]{0,62})=(.+)$/.exec(text) ?? []
      if (name === undefined || value === undefined)
        throw new UsageError(`${option} ${text}: write it as name=…, as in ${option} orders=…`)
      if (name === 'auth') throw new UsageError(`${option} auth: that one is Sallyport's own.`)
      if (names.has(name)) throw new UsageError(`${option} ${name} is given twice.`)
      names.add(name)
      return [name, value]
    }),
  )
}

/** `orders=localhost:4003` is a URL to a parser, with a scheme that is called localhost. */
function refuseAddress(name: string, url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return
  throw new UsageError(
    `--subgraph ${name}=${url}: write its whole address, as in --subgraph ${name}=http://localhost:4003/graphql.`,
  )
}

/** @throws Error that names each of them that cannot be read; UsageError where it is the first that was typed wrongly */
async function readAll(reading: readonly Promise<Subgraph>[]): Promise<Subgraph[]> {
  const done = await Promise.allSettled(reading)
  const errors = done.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []))
  const [first] = errors
  if (first instanceof UsageError) throw first
  if (first !== undefined) throw new Error(errors.map(({ message }) => message).join('\n'))
  return done.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
}

async function readSubgraph(name: string, url: string, file: string | null): Promise<Subgraph> {
  if (file !== null && !isFile(file)) throw new UsageError(`There is no file ${file}.`)
  const text = file === null ? await ask(name, url) : readFileSync(file, 'utf8')
  return { name, url, file, document: parseSdl(name, text, file ?? url) }
}

/** @throws Error with what to type, not with what to write in a file that is not there yet */
async function ask(name: string, url: string): Promise<string> {
  return await fetchSdl({ subgraphUrl: url }).catch((error: Error) => {
    const why = error instanceof NoSdlError ? error.reason : error.message
    throw new Error(`${name}: ${why}. Start it, or name its SDL file: --schema ${name}=<file>`)
  })
}

/** @throws Error with the place of what is wrong */
function parseSdl(name: string, text: string, origin: string): DocumentNode {
  try {
    return parse(new Source(text, origin))
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    const line = error.locations?.[0]?.line
    throw new Error(`${name}: ${error.message} (${origin}:${line})`)
  }
}

function supergraphYaml(
  subgraphs: readonly Subgraph[],
  names: Readonly<Record<string, string>>,
): string {
  const entries = subgraphs.map(({ name, url, file }) => [
    name,
    {
      routing_url: url,
      schema: file === null ? { subgraph_url: url } : { file },
      access: 'authenticated',
    },
  ])
  const renamed = Object.keys(names).length > 0
  return [
    '# The subgraphs of this graph: https://… are their addresses, "schema" says where their SDL is.',
    '# "access" is what a field without a rule demands: public, authenticated or deny.',
    '# Rules of your own: "rules: { Query.orders: \'@policy(policies: [["role:support"]])\' }" beside an entry.',
    stringify({ subgraphs: Object.fromEntries(entries) }).trimEnd(),
    ...(renamed
      ? [
          '# Auth has these names here, because the graph has its own of the same.',
          stringify({ auth: { names } }).trimEnd(),
        ]
      : []),
    '',
  ].join('\n')
}

/** What a file that was kept does not have. */
function unnamed(names: readonly string[]): string[] {
  const file = parseDocument(readFileSync('supergraph.yaml', 'utf8'))
  return names.filter((name) => !file.hasIn(['subgraphs', name]))
}

function write(path: string, content: string): string {
  if (existsSync(path)) return `kept   ${path}`
  try {
    writeFileSync(path, content)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Error(`${path} cannot be written in this folder (${code}).`)
  }
  return `wrote  ${path}`
}
