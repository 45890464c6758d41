// A YAML text as a value, and in which line each part of it stands.
import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml'

type Path = readonly (string | number)[]

export interface Lines {
  /** Of the innermost part of the path that is there; `null` where there is none. */
  of(path: Path): number | null
}

export interface ReadYaml {
  readonly value: unknown
  readonly lines: Lines
  /** Why it is not YAML, with line and column; `null` when it is. */
  readonly error: string | null
}

export function readYaml(text: string): ReadYaml {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  const error = document.errors[0]?.message ?? unknownAlias(document, counter)
  return {
    value: error === null ? document.toJS() : null,
    lines: { of: (path) => lineOf(document.contents, path, counter) },
    error,
  }
}

/** The parser does not miss an anchor before the value is made of it, and then without a line. */
function unknownAlias(document: Document, counter: LineCounter): string | null {
  let problem: string | null = null
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined
      const { line } = counter.linePos(offsetOf(alias) ?? 0)
      problem = `*${alias.source} has no anchor &${alias.source} before it, at line ${line}`
      return visit.BREAK
    },
  })
  return problem
}

function lineOf(root: unknown, path: Path, counter: LineCounter): number | null {
  let node = root
  let offset = offsetOf(root)
  for (const part of path) {
    const next = step(node, part)
    if (next === null) break
    offset = next.offset
    node = next.node
  }
  return offset === null ? null : counter.linePos(offset).line
}

/** A pair is where its key is. */
function step(node: unknown, part: string | number) {
  if (isSeq(node)) {
    const item = node.items[Number(part)]
    return item === undefined ? null : { node: item, offset: offsetOf(item) }
  }
  if (!isMap(node)) return null
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
  return isPair(pair) ? { node: pair.value, offset: offsetOf(pair.key) } : null
}

function offsetOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null
}
