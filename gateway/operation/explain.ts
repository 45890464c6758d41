// What graphql-js says of a value, without the value: names of types and fields, which development may show and production may not.
import {
  type ASTNode,
  type DocumentNode,
  type GraphQLSchema,
  getLocation,
  type SourceLocation,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'

const MESSAGE_LENGTH = 300

/** Where the value begins in a message; what stands before it are words of the schema. */
const VALUE_STARTS = [', found ', ': ', ' cannot represent value', ' Did you mean']

/** `Int cannot represent non-integer value: "secret"` becomes `Int cannot represent non-integer value`. */
export function withoutValue(message: string): string {
  const unknown = /^Value "[^"]*" does not exist in ("\w+" enum)/.exec(message)
  if (unknown) return `The value does not exist in ${unknown[1]}`
  const ends = VALUE_STARTS.map((start) => message.indexOf(start)).filter((at) => at >= 0)
  const text = message.slice(0, Math.min(MESSAGE_LENGTH, ...ends))
  return text.replace(/\.$/, '')
}

/** The argument or input field that a literal stands for, for a person: ` (argument "first" of Query.products)`. */
export function placeOfLiteral(
  schema: GraphQLSchema,
  document: DocumentNode,
  node: ASTNode,
): string {
  const typeInfo = new TypeInfo(schema)
  let place = ''
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      enter(entered) {
        if (entered !== node) return
        const argument = typeInfo.getArgument()?.name
        const field = typeInfo.getFieldDef()?.name
        const parent = typeInfo.getParentType()?.name
        if (argument === undefined) return
        const of = typeInfo.getDirective()?.name
        place = ` (argument "${argument}" of ${of === undefined ? `${parent}.${field}` : `@${of}`})`
      },
    }),
  )
  return place
}

/** Where a node stands, while the document still knows. */
export function locationOf({ loc }: ASTNode): SourceLocation | undefined {
  return loc && getLocation(loc.source, loc.start)
}
