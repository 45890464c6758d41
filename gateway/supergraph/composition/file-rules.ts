// Rules of supergraph.yaml beside those of the SDL, for subgraphs that nobody may touch.
import { type AccessRule, isPublicOnly, mergeRules } from '@sallyport/claims/predicates'
import { AUTH_SUBGRAPH, type FileRules, type PlaceOfRule, type SubgraphConfig } from '../config.ts'
import { demandsSomething } from '../demands.ts'
import type { FieldSource, SubgraphDocument, TypeSource } from '../subgraph-document.ts'
import { parseRule } from './rule-directives.ts'

export interface Ruled {
  readonly subgraphs: readonly SubgraphDocument[]
  /** A rule that cannot be read, or that stands for nothing: somebody believes that it protects something. */
  readonly problems: readonly string[]
}

export interface RulesOfFile {
  /** For whatever subgraph has the coordinate. */
  readonly rules: FileRules
  readonly placeOfRule: PlaceOfRule
}

export function addFileRules(all: readonly SubgraphDocument[], file: RulesOfFile): Ruled {
  const problems: string[] = []
  const describe = describeWith(file.placeOfRule)
  const read = (rules: FileRules, subgraph: string | null) => {
    const done = readRules(rules)
    problems.push(...done.problems.map((one) => describe(subgraph, one)))
    return done.rules
  }
  const sharedRules = read(file.rules, null)
  const used = new Set<string>()
  const subgraphs = all.map((subgraph) => {
    const { config } = subgraph
    if (config.name === AUTH_SUBGRAPH) return subgraph
    const own = read(config.rules, config.name)
    const usedHere = new Set<string>()
    const ruled = addRules(addRules(subgraph, sharedRules, used), own, usedHere)
    problems.push(...unused(own, usedHere, config.name).map((one) => describe(config.name, one)))
    return ruled
  })
  problems.push(...unused(sharedRules, used, null).map((one) => describe(null, one)))
  return { subgraphs, problems }
}

type Rules = ReadonlyMap<string, AccessRule>

interface Problem {
  readonly coordinate: string
  readonly message: string
}

/** `subgraphs.reviews.rules.Query.top: … (supergraph.yaml:12)` */
function describeWith(placeOfRule: PlaceOfRule) {
  return (subgraph: string | null, { coordinate, message }: Problem): string => {
    const rules = subgraph === null ? 'rules' : `subgraphs.${subgraph}.rules`
    const place = placeOfRule(subgraph, coordinate)
    return `${rules}.${coordinate}: ${message}${place === null ? '' : ` (${place})`}`
  }
}

function readRules(given: FileRules): {
  readonly rules: Rules
  readonly problems: readonly Problem[]
} {
  const rules = new Map<string, AccessRule>()
  const problems: Problem[] = []
  for (const [coordinate, text] of Object.entries(given)) {
    try {
      rules.set(coordinate, parseRule(text))
    } catch (error) {
      problems.push({ coordinate, message: (error as Error).message })
    }
  }
  return { rules, problems }
}

function unused(rules: Rules, used: ReadonlySet<string>, subgraph: string | null): Problem[] {
  const message =
    subgraph === null
      ? 'no subgraph but auth has it'
      : `${subgraph} does not have it, or only refers to it`
  return [...rules.keys()]
    .filter((coordinate) => !used.has(coordinate))
    .map((coordinate) => ({ coordinate, message }))
}

function addRules(subgraph: SubgraphDocument, rules: Rules, used: Set<string>): SubgraphDocument {
  if (rules.size === 0) return subgraph
  const types = [...subgraph.types].map(([name, type]) => {
    const rule = rules.get(name) ?? null
    if (rule !== null) used.add(name)
    const fields = [...type.fields].map(([field, source]) => {
      const added = source.isExternal ? null : (rules.get(source.coordinate) ?? null)
      if (added === null) return [field, source] as const
      used.add(source.coordinate)
      return [
        field,
        { ...source, rule: addRule(source.rule, added) } satisfies FieldSource,
      ] as const
    })
    const ruled = { ...type, rule: addRule(type.rule, rule), fields: new Map(fields) }
    return [name, ruled satisfies TypeSource] as const
  })
  return { ...subgraph, types: new Map(types) }
}

/** Both hold; a `@public` of the SDL opens nothing that the file closes. */
export function addRule(own: AccessRule | null, added: AccessRule | null): AccessRule | null {
  if (own === null || added === null) return own ?? added
  if (isPublicOnly(added) && demandsSomething(own)) return { ...own, public: true }
  const { scopes, policies, ...merged } = mergeRules([own, added])
  // A graph that was composed here has them already.
  return { ...merged, scopes: unique(scopes), policies: unique(policies) }
}

function unique<Declaration>(declarations: readonly Declaration[]): readonly Declaration[] {
  return [...new Map(declarations.map((one) => [JSON.stringify(one), one])).values()]
}

export interface FileRulesReader {
  /** @param owners The subgraphs that have the coordinate. */
  at(coordinate: string, owners: readonly string[]): AccessRule | null
  /** @throws Error that names every rule that nothing was asked for */
  refuseUnused(): void
}

/** The same for a supergraph that is composed already, here or elsewhere. */
export function readFileRules(options: {
  readonly subgraphs: readonly Pick<SubgraphConfig, 'name' | 'rules'>[]
  readonly rules?: FileRules
  readonly placeOfRule?: PlaceOfRule
}): FileRulesReader {
  const problems: string[] = []
  const describe = describeWith(options.placeOfRule ?? (() => null))
  const read = (rules: FileRules, subgraph: string | null) => {
    const done = readRules(rules)
    problems.push(...done.problems.map((one) => describe(subgraph, one)))
    return done.rules
  }
  const shared = read(options.rules ?? {}, null)
  const own = new Map(
    options.subgraphs.map(({ name, rules }) => [
      name,
      { rules: read(rules, name), used: new Set<string>() },
    ]),
  )
  if (problems.length > 0) throw new Error(problems.join('\n'))
  const used = new Set<string>()
  return {
    at(coordinate, owners) {
      const theirs = owners.filter((name) => name !== AUTH_SUBGRAPH)
      const found = theirs.map((name) => {
        const { rules, used: usedHere } = own.get(name) ?? {}
        if (rules?.has(coordinate)) usedHere?.add(coordinate)
        return rules?.get(coordinate) ?? null
      })
      if (theirs.length > 0 && shared.has(coordinate)) {
        used.add(coordinate)
        found.push(shared.get(coordinate) ?? null)
      }
      return found.reduce(addRule, null)
    },
    refuseUnused() {
      const left = [...own].flatMap(([name, mine]) =>
        unused(mine.rules, mine.used, name).map((one) => describe(name, one)),
      )
      const all = [...unused(shared, used, null).map((one) => describe(null, one)), ...left]
      if (all.length > 0) throw new Error(all.join('\n'))
    },
  }
}
