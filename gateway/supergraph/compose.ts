// Composes subgraphs into the supergraph: checked first, each field's default rule written in, then composed.
import { composeServices } from '@apollo/composition'
import { type AccessRule, type CustomPolicy, createPolicies } from '@sallyport/claims/predicates'
import { type DocumentNode, type GraphQLError, parse, Source } from 'graphql'
import { type AuthNames, ownNames } from '../../platform/auth-names/auth-names.ts'
import { checkSharedFields, checkSubgraphs } from './check.ts'
import { upgradeFederation1 } from './composition/federation-1.ts'
import { addFileRules } from './composition/file-rules.ts'
import { placeOf } from './composition/places.ts'
import { findRepeated } from './composition/repeated-types.ts'
import { findUnsupported } from './composition/unsupported.ts'
import { freeNames, withoutRules, withRules } from './composition/write-rules.ts'
import { AUTH_SUBGRAPH, type FileRules, type PlaceOfRule } from './config.ts'
import { type Accepted, type Defaults, defaultRules } from './default-rules.ts'
import { SchemaError } from './schema-error.ts'
import type { SubgraphSource } from './sources.ts'
import { definedArguments, readSubgraph, type SubgraphDocument } from './subgraph-document.ts'

export interface ComposeOptions {
  /** Subgraphs of which every root field must declare its rule itself. Default: auth. */
  readonly explicit?: readonly string[]
  /** A deployment's own policies. */
  readonly policies?: Readonly<Record<string, CustomPolicy>> | undefined
  /** Those of the file, for whatever subgraph has the coordinate. Default: none. */
  readonly rules?: FileRules
  /** For messages about rules of the file. Default: it is not known. */
  readonly placeOfRule?: PlaceOfRule
  /** What auth is called in this graph. Default: as it calls itself. */
  readonly authNames?: AuthNames
  /** What `access: public` may open of an SDL that came by itself. Default: nothing. */
  readonly accepted?: Accepted
}

export interface Composed {
  readonly sdl: string
  /** What `access: public` opened, as `subgraph Type.field`: the access lock. */
  readonly opened: readonly string[]
  /** What it would open besides, once an operator has accepted that. */
  readonly waiting: readonly string[]
  /** What nobody can read because nobody wrote a rule for it, as `subgraph: Type.field`. */
  readonly denied: readonly string[]
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
  return composeGraph(sources, options).sdl
}

/** The same, with what somebody should know of it. @throws SchemaError */
export function composeGraph(
  sources: readonly SubgraphSource[],
  options: ComposeOptions = {},
): Composed {
  const { explicit = [AUTH_SUBGRAPH], policies, rules = {}, authNames = ownNames } = options
  const file = { rules, placeOfRule: options.placeOfRule ?? (() => null) }
  const { subgraphs, problems } = addFileRules(readAll(sources), file)
  const known = createPolicies(policies)
  refuse([
    ...problems,
    ...checkSubgraphs(subgraphs, { explicit, authNames, policies: known, file }),
    ...checkSharedFields(subgraphs),
  ])
  const defaults = defaultRules(subgraphs, options.accepted ?? new Set())
  const { supergraphSdl, errors } = composeServices(toServices(subgraphs, defaults))
  if (errors) throw new SchemaError(errors.map(describeCompositionError))
  const { opened, denied } = defaults
  const isOpen = new Set(opened)
  const waiting = defaultRules(subgraphs, 'all').opened.filter((one) => !isOpen.has(one))
  return { sdl: `${supergraphSdl.trimEnd()}\n`, opened, waiting, denied }
}

/** What composition gets: rules under one name in all of them, none of Federation 1. */
function toServices(subgraphs: readonly SubgraphDocument[], defaults: Defaults) {
  const plain = subgraphs.map((subgraph) => ({
    name: subgraph.config.name,
    document: withoutRules(subgraph.document, {
      ...subgraph.names,
      ...Object.fromEntries([...keptDirectives(subgraph).keys()].map((name) => [name, new Set()])),
    }),
  }))
  const upgraded = upgradeFederation1(plain)
  if ('errors' in upgraded) throw new SchemaError(upgraded.errors.map(describeCompositionError))
  const names = freeNames(plain.map(({ document }) => document))
  return subgraphs.map((subgraph) => {
    const { name } = subgraph.config
    const rules = new Map([...declaredRules(subgraph), ...(defaults.rules.get(name) ?? [])])
    const document = upgraded.documents.get(name) as DocumentNode
    return {
      name,
      // Addresses come from supergraph.yaml at run time, never from the composed file.
      url: `http://${name.toLowerCase()}.invalid/graphql`,
      typeDefs: withRules(document, { rules, names, kept: keptDirectives(subgraph) }),
    }
  })
}

/** Our directives that are no rules: `@rateLimit` where it is defined, `@credentials` in auth alone. */
function keptDirectives({
  config,
  document,
  names,
}: SubgraphDocument): ReadonlyMap<string, string> {
  const wanted =
    config.name === AUTH_SUBGRAPH
      ? (['credentials', 'rateLimit'] as const)
      : (['rateLimit'] as const)
  return new Map(
    wanted.flatMap((directive) => {
      const name = [...names[directive]].find((one) => definedArguments(document, one) !== null)
      return name === undefined ? [] : [[directive, name] as const]
    }),
  )
}

function* declaredRules({ types, leaves }: SubgraphDocument): Generator<[string, AccessRule]> {
  yield* leaves
  for (const type of types.values()) {
    if (type.rule !== null) yield [type.name, type.rule]
    for (const { coordinate, rule } of type.fields.values()) {
      if (rule !== null) yield [coordinate, rule]
    }
  }
}

function readAll(sources: readonly SubgraphSource[]): readonly SubgraphDocument[] {
  if (sources.length === 0) throw new SchemaError(['there is no subgraph: nothing was checked'])
  const problems: string[] = []
  const subgraphs = sources.flatMap(({ config, sdl, origin = config.name }) => {
    try {
      const document = parse(new Source(sdl, origin))
      problems.push(
        ...findUnsupported(config.name, document),
        ...findRepeated(config.name, document),
      )
      return [readSubgraph(config, document)]
    } catch (error) {
      problems.push(`${config.name}: ${describeError(error as Error)}`)
      return []
    }
  })
  for (const { config, types } of subgraphs) {
    if (types.size === 0) problems.push(`${config.name}: its schema has no types`)
  }
  refuse(problems)
  return subgraphs
}

/** With the place of a syntax error. */
function describeError(error: Error): string {
  const { source, locations } = error as GraphQLError
  const line = locations?.[0]?.line
  return source === undefined || line === undefined
    ? error.message
    : `${error.message} (${source.name}:${line})`
}

function describeCompositionError(error: GraphQLError): string {
  const places = (error.nodes ?? []).flatMap((node) => placeOf(node) ?? [])
  const where = places.length === 0 ? '' : ` (${[...new Set(places)].join(', ')})`
  return `composition: ${error.message}${where}`
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new SchemaError(problems)
}
