// GraphQL validation (spec section 5) that stops at the first error and tells clients only what they wrote themselves.
import { type DocumentNode, type GraphQLError, type GraphQLSchema, Kind } from 'graphql'
import { GatewayError } from '../errors.ts'
import { placeOfLiteral, withoutValue } from './explain.ts'
import { findInvalid } from './find-invalid.ts'

const MESSAGE_LENGTH = 300
const VALUE_KINDS: ReadonlySet<string> = new Set([
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
  Kind.OBJECT_FIELD,
])
/** What stays of a message when the schema is not shown: names that the client itself sent. */
const OWN_WORDS = [
  /^Cannot query field "\w+"/,
  /^Unknown (argument|directive|fragment|type) "@?\w+"/,
  /^Variable "\$\w+" is (not defined|never used)/,
  /^Fragment "\w+" is never used/,
  /^Cannot spread fragment "\w+" within itself/,
  /^There can be only one \w+ named "\$?\w+"/,
  /^Fields "\w+" conflict/,
]

export interface ValidateOptions {
  /** Whether messages may name types and fields of the schema. Literals and suggestions never stay. */
  readonly showSchemaDetails: boolean
}

/** @throws GatewayError GRAPHQL_VALIDATION_FAILED with the first thing that is wrong. */
export function validateDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  options: ValidateOptions,
): void {
  const error = findInvalid(schema, document)
  if (error === null) return
  const [location] = error.locations ?? []
  const place = location ? ` (line ${location.line}, column ${location.column})` : ''
  const isShown = options.showSchemaDetails
  const literal = error.nodes?.find(({ kind }) => VALUE_KINDS.has(kind))
  const what = literal && isShown ? placeOfLiteral(schema, document, literal) : ''
  const message = `${describe(error, options)}${what}${place}.`
  const locations = isShown && location ? [location] : undefined
  throw new GatewayError('GRAPHQL_VALIDATION_FAILED', { message, ...(locations && { locations }) })
}

function describe(error: GraphQLError, { showSchemaDetails }: ValidateOptions): string {
  const [node] = error.nodes ?? []
  if (node && VALUE_KINDS.has(node.kind)) {
    if (showSchemaDetails) return withoutValue(error.message)
    return 'A literal does not fit the type of its place'
  }
  const message = error.message.replace(/ Did you mean [\s\S]*$/, '').slice(0, MESSAGE_LENGTH)
  if (showSchemaDetails) return message.replace(/\.$/, '')
  for (const pattern of OWN_WORDS) {
    const found = pattern.exec(message)
    if (found) return found[0]
  }
  return 'The document does not fit the schema'
}
