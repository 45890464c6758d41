// Composes subgraphs into the supergraph: checked first, each field's default rule written in, then composed.
import { composeServices } from '@apollo/composition'
import { type CustomPolicy, createPolicies } from '@sallyport/claims/predicates'
import { parse } from 'graphql'
import { checkSharedFields, checkSubgraphs } from './check.ts'
import { AUTH_SUBGRAPH, type SubgraphConfig } from './config.ts'
import { writeDefaultRules } from './default-rules.ts'
import { readSubgraph, type SubgraphDocument } from './subgraph-document.ts'

export interface SubgraphSource {
  readonly config: SubgraphConfig
  readonly sdl: string
}

export interface ComposeOptions {
  /** Subgraphs of which every root field must declare its rule itself. Default: auth. */
  readonly explicit?: readonly string[]
  /** A deployment's own policies. */
  readonly policies?: Readonly<Record<string, CustomPolicy>> | undefined
}

/** Everything that is wrong with the subgraphs' schemas, in one message. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The schema is refused:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/**
 * The composed supergraph, with every rule in it.
 *
 * @throws SchemaError that names every problem.
 */
export function composeSupergraph(
  sources: readonly SubgraphSource[],
  options: ComposeOptions = {},
): string {
  const { explicit = [AUTH_SUBGRAPH], policies } = options
  const subgraphs = readAll(sources)
  refuse(checkSubgraphs(subgraphs, { explicit, policies: createPolicies(policies) }))
  const complete = subgraphs.map((subgraph) => writeDefaultRules(subgraph, subgraphs))
  refuse(checkSharedFields(complete))

  const services = complete.map(({ config, document }) => ({
    name: config.name,
    // Addresses come from supergraph.yaml at run time, never from the composed file.
    url: `http://${config.name.toLowerCase()}.invalid/graphql`,
    typeDefs: document,
  }))
  const { supergraphSdl, errors } = composeServices(services)
  if (errors) throw new SchemaError(errors.map((error) => `composition: ${error.message}`))
  return `${supergraphSdl.trimEnd()}\n`
}

function readAll(sources: readonly SubgraphSource[]): readonly SubgraphDocument[] {
  if (sources.length === 0) throw new SchemaError(['there is no subgraph: nothing was checked'])
  const problems: string[] = []
  const subgraphs = sources.flatMap(({ config, sdl }) => {
    try {
      return [readSubgraph(config, parse(sdl))]
    } catch (error) {
      problems.push(`${config.name}: ${(error as Error).message}`)
      return []
    }
  })
  for (const { config, types } of subgraphs) {
    if (types.size === 0) problems.push(`${config.name}: its schema has no types`)
  }
  refuse(problems)
  return subgraphs
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new SchemaError(problems)
}
