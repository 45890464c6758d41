// The text of a supergraph as a document, one definition after the other: graphql-js's own `parse` holds the loop for all of it.
import { type DefinitionNode, type DocumentNode, GraphQLError, Kind, TokenKind } from 'graphql'
import { Parser } from 'graphql/language/parser.js'
import type { Pieces } from './slices.ts'

/** @throws Error with the line: a conflict of git in the file, or a page of a registry in its place. */
export function* parseSupergraph(sdl: string): Pieces<DocumentNode> {
  try {
    return yield* parseInPieces(sdl)
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    const line = error.locations?.[0]?.line ?? 1
    throw new Error(`The supergraph cannot be parsed: ${error.message} (line ${line})`, {
      cause: error,
    })
  }
}

function* parseInPieces(sdl: string): Pieces<DocumentNode> {
  // Where something stands is asked by nobody, and would take more memory than the document.
  const parser = new Parser(sdl, { noLocation: true })
  const definitions: DefinitionNode[] = []
  parser.expectToken(TokenKind.SOF)
  do {
    definitions.push(parser.parseDefinition())
    yield
  } while (!parser.expectOptionalToken(TokenKind.EOF))
  return { kind: Kind.DOCUMENT, definitions }
}
