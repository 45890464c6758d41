// `sallyport init`: the files with which a team's graph begins. Nothing that is there is written over.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type DocumentNode, parse, Source } from 'graphql'
import { parseDocument, stringify } from 'yaml'
import { packagedAuthSdl } from '../../gateway/supergraph/composition/auth-sdl.ts'
import { fetchSdl } from '../../gateway/supergraph/composition/fetch-sdl.ts'
import { proposeNames } from '../../gateway/supergraph/composition/make-room.ts'
import { type Given, type Outcome, UsageError } from '../operator/command.ts'
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
  const unknown = [...files.keys()].find((name) => !urls.has(name))
  if (unknown !== undefined)
    throw new UsageError(
      `--schema ${unknown}: say where it runs, with --subgraph ${unknown}=<url>.`,
    )
  const subgraphs = await Promise.all(
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
  return new Map(
    texts.map((text) => {
      const [, name, value] = /^([A-Za-z][\w-]{0,62})=(.+)$/.exec(text) ?? []
      if (name === undefined || value === undefined)
        throw new UsageError(`${option} ${text}: write it as name=…, as in ${option} orders=…`)
      if (name === 'auth') throw new UsageError(`${option} auth: that one is Sallyport's own.`)
      return [name, value]
    }),
  )
}

async function readSubgraph(name: string, url: string, file: string | null): Promise<Subgraph> {
  if (file !== null && !existsSync(file)) throw new UsageError(`There is no ${file}.`)
  const text = file === null ? await fetchSdl({ subgraphUrl: url }) : readFileSync(file, 'utf8')
  return { name, url, file, document: parse(new Source(text, file ?? url)) }
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
  writeFileSync(path, content)
  return `wrote  ${path}`
}
