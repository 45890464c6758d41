// The benchmark's graph as files: with rules for Sallyport, without any for the peers.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { stringify } from 'yaml'
import { composeSupergraph } from '../../gateway/supergraph/compose.ts'
import { readSupergraphConfig } from '../../gateway/supergraph/read-config.ts'
import { stripAuthDirectives } from '../../gateway/supergraph/strip.ts'
import { authSdl, type Rules } from './graph/sdl.ts'

/** The subgraphs of a graph, and their texts with the rule asked for. */
export interface BenchGraph {
  readonly names: readonly string[]
  sdlOf(name: string, rules: Rules): string
}

/** Writes supergraph.yaml, supergraph.graphql and the SDL files into the folder; auth is one of the subgraphs. */
export function writeSupergraph(
  folder: string,
  graph: BenchGraph,
  { port, rules }: { readonly port: number; readonly rules: Rules },
): void {
  const entries = [...graph.names, 'auth'].map((name) => [
    name,
    {
      routing_url: `http://127.0.0.1:${port}/${name}`,
      schema: { file: `${name}.graphql` },
      mayDeclarePublic: true,
      identity: { grants: ['roles', 'scope'] },
    },
  ])
  const yaml = stringify({ subgraphs: Object.fromEntries(entries) })
  const { subgraphs } = readSupergraphConfig(yaml, { variables: {} })
  const sources = subgraphs.map((config) => ({
    config,
    sdl: config.name === 'auth' ? authSdl : graph.sdlOf(config.name, rules),
  }))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'supergraph.yaml'), yaml)
  // Auth's own text is read beside the composed one: its part must be there exactly as it is printed.
  for (const { config, sdl } of sources) writeFileSync(join(folder, `${config.name}.graphql`), sdl)
  writeFileSync(join(folder, 'supergraph.graphql'), composeSupergraph(sources))
}

/** The same graph without rules, as the peers load it. Returns its file. */
export function writePlainSupergraph(folder: string, graph: BenchGraph, port: number): string {
  const services = graph.names.map((name) => ({
    name,
    url: `http://127.0.0.1:${port}/${name}`,
    typeDefs: parse(graph.sdlOf(name, 'none')),
  }))
  const { supergraphSdl, errors } = composeServices(services)
  if (supergraphSdl === undefined) throw new Error(errors?.map(String).join('\n'))
  const file = join(folder, 'plain.graphql')
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, stripAuthDirectives(parse(supergraphSdl)))
  return file
}
