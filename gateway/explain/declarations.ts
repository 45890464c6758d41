// Where each rule of a graph was declared: file and line of the SDL, of `rules:` in supergraph.yaml, or of a subgraph's `access` there.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { directiveNames } from '@sallyport/claims/predicates'
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  getLocation,
  type Location,
  parse,
  print,
} from 'graphql'
import { isMap, isScalar, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml'
import { supergraphDirectiveNames } from '../supergraph/links.ts'

export interface Declaration {
  /** As it stands there. */
  readonly text: string
  readonly file: string
  readonly line: number
  /** The subgraph whose SDL or entry it is; null for the whole graph. */
  readonly subgraph: string | null
}

export interface Declarations {
  /** What was written for this type or field itself, by `Type` or `Type.field`. @param owners Subgraphs that have it. */
  of(coordinate: string, owners: readonly string[]): readonly Declaration[]
  /** The entry that says what a field of this subgraph demands when nothing else does. */
  defaultOf(subgraph: string): Declaration | null
}

export interface ReadDeclarations {
  readonly configPath: string
  readonly supergraphSdl: string
  /** Of a subgraph that has no file, for people to look at what is printed. Default: none. */
  readonly printed?: ReadonlyMap<string, { readonly sdl: string; readonly by: string }>
}

/** Reads them from the files beside the YAML; what has no file is looked up in the composed supergraph. */
export function readDeclarations({
  configPath,
  supergraphSdl,
  printed = new Map(),
}: ReadDeclarations): Declarations {
  const folder = dirname(configPath)
  const found = new Map<string, Declaration[]>()
  const withFile = new Set<string>()
  const yaml = readYaml(configPath)
  for (const entry of yaml.entries) {
    const file = entry.schemaFile === null ? null : join(folder, entry.schemaFile)
    if (file !== null && existsSync(file)) addSdl(readFileSync(file, 'utf8'), file, entry.name)
  }
  const composedFile = join(folder, 'supergraph.graphql')
  const isOnDisk = existsSync(composedFile)
  for (const [name, { sdl, by }] of isOnDisk ? [] : printed) addSdl(sdl, by, name)
  for (const rule of yaml.rules) add(rule.coordinate, rule)
  const composed = readComposed(isOnDisk ? composedFile : COMPOSED_HERE, supergraphSdl)
  return {
    of(coordinate, owners) {
      const isElsewhere = owners.some((owner) => !withFile.has(owner))
      return found.get(coordinate) ?? (isElsewhere ? composed(coordinate) : [])
    },
    defaultOf: (name) => yaml.entries.find((entry) => entry.name === name)?.access ?? null,
  }

  function add(coordinate: string, declaration: Declaration): void {
    found.set(coordinate, [...(found.get(coordinate) ?? []), declaration])
  }

  function addSdl(sdl: string, file: string, subgraph: string): void {
    withFile.add(subgraph)
    const document = parse(sdl)
    const names = Object.values(directiveNames(document)).flatMap((all) => [...all])
    for (const { coordinate, directive, line } of ruledNodes(document, new Set(names))) {
      add(coordinate, { text: print(directive), file, line, subgraph })
    }
  }
}

/** Where there is no such file: what a running subgraph or an address says has none. */
const COMPOSED_HERE = 'composed here'

/** A supergraph that was composed elsewhere is all that there is. */
function readComposed(file: string, sdl: string): (coordinate: string) => readonly Declaration[] {
  const document = parse(sdl)
  const names = Object.values(supergraphDirectiveNames(document)).flatMap((all) => [...all])
  const found = new Map<string, Declaration[]>()
  for (const { coordinate, directive, line } of ruledNodes(document, new Set(names))) {
    const declaration = { text: print(directive), file, line, subgraph: null }
    found.set(coordinate, [...(found.get(coordinate) ?? []), declaration])
  }
  return (coordinate) => found.get(coordinate) ?? []
}

interface Ruled {
  readonly coordinate: string
  readonly directive: ConstDirectiveNode
  readonly line: number
}

/** Auth's `@credentials` demands nothing: it says what a mutation does. */
function ruledNodes(document: DocumentNode, names: ReadonlySet<string>): Ruled[] {
  return document.definitions.flatMap((definition) => {
    if (!('name' in definition) || definition.name === undefined) return []
    const type = definition.name.value
    const own = ruledAt(type, definition.directives ?? [])
    const fields = 'fields' in definition ? (definition.fields ?? []) : []
    return [
      ...own,
      ...(fields as readonly FieldDefinitionNode[]).flatMap(({ name, directives = [] }) =>
        ruledAt(`${type}.${name.value}`, directives),
      ),
    ]
  })

  function ruledAt(coordinate: string, directives: readonly unknown[]): Ruled[] {
    return (directives as readonly ConstDirectiveNode[])
      .filter(({ name }) => names.has(name.value) && name.value !== 'credentials')
      .map((directive) => ({ coordinate, directive, line: lineOf(directive.loc) }))
  }
}

function lineOf(loc: Location | undefined): number {
  return loc === undefined ? 1 : getLocation(loc.source, loc.start).line
}

interface YamlEntry {
  readonly name: string
  readonly schemaFile: string | null
  readonly access: Declaration
}

function readYaml(file: string) {
  const counter = new LineCounter()
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: counter })
  const lineAt = (node: unknown) => counter.linePos((node as Node | null)?.range?.[0] ?? 0).line
  const subgraphs = document.get('subgraphs')
  const pairs = isMap(subgraphs) ? subgraphs.items : []
  const entries = pairs.map(({ key, value }): YamlEntry => {
    const name = String(isScalar(key) ? key.value : key)
    const entry = isMap(value) ? (value as YAMLMap) : null
    const access = entry?.items.find((pair) => String(pair.key) === 'access')
    const schemaFile = entry?.getIn(['schema', 'file'])
    return {
      name,
      schemaFile: typeof schemaFile === 'string' ? schemaFile : null,
      access: {
        text: `access: ${access === undefined ? 'deny (the default)' : String(access.value)}`,
        file,
        line: lineAt(access?.key ?? key),
        subgraph: name,
      },
    }
  })
  const rules = [
    ...rulesIn(document.get('rules'), null),
    ...pairs.flatMap(({ key, value }) =>
      rulesIn(isMap(value) ? value.get('rules') : null, String(isScalar(key) ? key.value : key)),
    ),
  ]
  return { entries, rules }

  function rulesIn(node: unknown, subgraph: string | null) {
    if (!isMap(node)) return []
    return node.items.map(({ key, value }) => ({
      coordinate: String(isScalar(key) ? key.value : key),
      text: String(isScalar(value) ? value.value : value),
      file,
      line: lineAt(key),
      subgraph,
    }))
  }
}
