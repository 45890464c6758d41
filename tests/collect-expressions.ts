// Every regular expression in a set of source files, read from their syntax trees.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'

export interface Expression {
  readonly source: string
  readonly flags: string
  /** File and line. */
  readonly place: string
}

export interface Collected {
  readonly files: number
  readonly expressions: readonly Expression[]
  /** Places where an expression is made from something other than a literal. */
  readonly computed: readonly string[]
}

interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly [key: string]: unknown
}

/** Methods of a string that make an expression of a string. */
const PATTERN_METHODS = new Set(['match', 'matchAll', 'search'])

/**
 * @param roots Files and folders; those that are not there are passed over.
 * @param more Texts by file name, beside those.
 */
export function collectExpressions(
  roots: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Collected {
  const texts = new Map(Object.entries(more))
  for (const path of roots.flatMap(sourceFiles)) texts.set(path, readFileSync(path, 'utf8'))
  const expressions: Expression[] = []
  const computed: string[] = []
  for (const [path, text] of texts) {
    const { program, errors } = parseSync(path, text)
    if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`)
    for (const node of nodesOf(program)) {
      const pattern = patternOf(node)
      if (pattern === null) continue
      const place = `${path}:${text.slice(0, node.start).split('\n').length}`
      if (pattern === 'computed') computed.push(place)
      else expressions.push({ ...pattern, place })
    }
  }
  return { files: texts.size, expressions, computed }
}

function sourceFiles(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return []
  if (stats.isFile()) return /\.[cm]?[jt]s$/.test(path) ? [path] : []
  return readdirSync(path)
    .filter((name) => name !== 'node_modules' && name !== 'dist')
    .flatMap((name) => sourceFiles(join(path, name)))
}

function* nodesOf(value: unknown): Generator<SyntaxNode> {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item)
  else if (isNode(value)) {
    yield value
    for (const child of Object.values(value)) yield* nodesOf(child)
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value
}

function patternOf(node: SyntaxNode): Omit<Expression, 'place'> | 'computed' | null {
  if (node.type === 'Literal' && 'regex' in node) {
    const { pattern, flags } = node.regex as { pattern: string; flags: string }
    return { source: pattern, flags }
  }
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return null
  const [first, second] = node.arguments as SyntaxNode[]
  const callee = node.callee as SyntaxNode
  const isConstructor = callee.type === 'Identifier' && callee.name === 'RegExp'
  if (!isConstructor && !isPatternMethod(callee)) return null
  // The literal is a node of its own.
  if (first === undefined || 'regex' in first) return null
  const source = textOf(first)
  const flags = second === undefined ? '' : textOf(second)
  return source === null || flags === null ? 'computed' : { source, flags }
}

function isPatternMethod({ type, property }: SyntaxNode): boolean {
  if (type !== 'MemberExpression') return false
  return PATTERN_METHODS.has(String((property as SyntaxNode).name))
}

function textOf(node: SyntaxNode): string | null {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node.type !== 'TemplateLiteral' || (node.expressions as unknown[]).length > 0) return null
  const [quasi] = node.quasis as { value: { cooked: string } }[]
  return quasi?.value.cooked ?? null
}
