// Text to document: tokens and nesting are counted before the parser, which recurses, sees the text.
import {
  type ASTNode,
  type DocumentNode,
  GraphQLError,
  Lexer,
  parse,
  Source,
  TokenKind,
} from 'graphql'
import { GatewayError } from '../errors.ts'
import type { OperationLimits } from './limits.ts'
import { tooComplex } from './too-complex.ts'
import { eachNode } from './walk.ts'

const OPENING: ReadonlySet<string> = new Set([
  TokenKind.BRACE_L,
  TokenKind.BRACKET_L,
  TokenKind.PAREN_L,
])
const CLOSING: ReadonlySet<string> = new Set([
  TokenKind.BRACE_R,
  TokenKind.BRACKET_R,
  TokenKind.PAREN_R,
])

/** @throws GatewayError GRAPHQL_PARSE_FAILED or OPERATION_TOO_COMPLEX. */
export function parseDocument(
  query: string,
  limits: OperationLimits,
): { document: DocumentNode; tokens: number } {
  try {
    const source = new Source(query)
    const tokens = countTokens(source, limits)
    return { document: parse(source), tokens }
  } catch (error) {
    if (error instanceof GraphQLError) throw parseFailure(error)
    throw error
  }
}

/** Locations hold every token of the text, comments too: several times the memory of what is kept. */
export function forgetLocations(document: DocumentNode): void {
  eachNode(document, (node) => {
    const { name, alias, description } = node as {
      [key in 'name' | 'alias' | 'description']?: ASTNode
    }
    forget(node)
    if (name !== undefined) forget(name)
    if (alias !== undefined) forget(alias)
    if (description !== undefined) forget(description)
  })
}

function forget(node: ASTNode): void {
  ;(node as { loc?: unknown }).loc = undefined
}

function countTokens(source: Source, limits: OperationLimits): number {
  const lexer = new Lexer(source)
  let tokens = 0
  let nesting = 0
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    tokens += 1
    if (OPENING.has(token.kind)) nesting += 1
    if (CLOSING.has(token.kind)) nesting -= 1
    if (tokens > limits.tokens) {
      throw tooComplex('tokens', { limit: 'tokens', value: tokens, maximum: limits.tokens })
    }
    if (nesting > limits.nesting) {
      const exceeded = { limit: 'nesting', value: nesting, maximum: limits.nesting } as const
      throw tooComplex('brackets inside each other', exceeded)
    }
  }
  return tokens
}

// The parser quotes what it found, which may be a secret: the place is enough.
function parseFailure(error: GraphQLError): GatewayError {
  const [location] = error.locations ?? []
  const place = location ? ` at line ${location.line}, column ${location.column}` : ''
  return new GatewayError('GRAPHQL_PARSE_FAILED', { message: `Syntax error${place}.` })
}
