// Which folder of a part imports values from which, read from the sources. Types are no matter of order: they are gone at run time.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { parseSync } from 'oxc-parser'

export interface FolderGraph {
  readonly files: number
  readonly imports: readonly FolderImport[]
}

/** Folders as paths from the root of the part; `.` is the root itself. */
export interface FolderImport {
  readonly from: string
  readonly to: string
  /** `file -> file` */
  readonly place: string
}

export function readFolderGraph(root: string): FolderGraph {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.[jt]s$/.test(name),
  )
  return { files: files.length, imports: files.flatMap((file) => importsOf(root, file)) }
}

function importsOf(root: string, file: string): FolderImport[] {
  return importedBy(file, readFileSync(join(root, file), 'utf8'))
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(file), specifier)))
    .filter((target) => !target.startsWith('..') && dirname(target) !== dirname(file))
    .map((target) => ({ from: dirname(file), to: dirname(target), place: `${file} -> ${target}` }))
}

/** Everything that is loaded: imports, what is exported from elsewhere, and dynamic imports of a literal. */
function importedBy(file: string, text: string): string[] {
  const { module, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file} cannot be read: ${errors[0]?.message}`)
  const statically = module.staticImports
    .filter(({ entries }) => entries.length === 0 || entries.some(({ isType }) => !isType))
    .map(({ moduleRequest }) => moduleRequest.value)
  const exported = module.staticExports
    .flatMap(({ entries }) => entries)
    .flatMap(({ isType, moduleRequest }) => (isType || !moduleRequest ? [] : moduleRequest.value))
  const dynamically = module.dynamicImports
    .map(({ moduleRequest: { start, end } }) => text.slice(start, end))
    .flatMap((expression) => expression.match(/^['"](.+)['"]$/)?.[1] ?? [])
  return [...statically, ...exported, ...dynamically]
}

/** Folders that lead to each other, by whatever way; each circle once, with the imports that close it. */
export function findCircles({ imports }: FolderGraph): string[] {
  const reached = new Map<string, Set<string>>()
  const reach = (folder: string): Set<string> => {
    const known = reached.get(folder)
    if (known !== undefined) return known
    const found = new Set<string>()
    reached.set(folder, found)
    const open = [folder]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const { to } of imports.filter(({ from }) => from === next)) {
        if (found.has(to)) continue
        found.add(to)
        open.push(to)
      }
    }
    return found
  }
  return imports
    .filter(({ from, to }) => reach(to).has(from))
    .map(({ from, to, place }) => `${from} -> ${to}: ${place}`)
    .sort()
}

/** Lowest first. A folder that no layer names is in the highest. */
export type Layers = readonly (readonly string[])[]

/** Imports from a higher layer. The root puts all folders together, and none imports from it. */
export function findUpwardImports({ imports }: FolderGraph, layers: Layers): string[] {
  const layerOf = (folder: string): number => {
    if (folder === '.') return layers.length + 1
    const index = layers.findIndex((names) =>
      names.some((name) => folder === name || folder.startsWith(`${name}/`)),
    )
    return index === -1 ? layers.length : index
  }
  return imports
    .filter(({ from, to }) => layerOf(to) > layerOf(from))
    .map(({ from, to, place }) => `${from} -> ${to}: ${place}`)
    .sort()
}
