// Random operations over a schema: aliases, fragments, directives, arguments and variables, nested as deep as it goes.
import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'

export interface RandomOperation {
  readonly query: string
  readonly variables: Record<string, unknown>
}

/** A number from 0 up to, and without, `max`. */
export type Pick = (max: number) => number

interface Drawing {
  readonly schema: GraphQLSchema
  readonly pick: Pick
  readonly definitions: string[]
  readonly variables: Record<string, unknown>
  readonly fragments: Map<string, { type: string; text: string }>
  /** Selections that may still be made. */
  budget: number
  readonly isWide: boolean
}

export interface DrawOptions {
  /**
   * Names of the answer that are keys or a planner's own, one name for a field with different arguments, hard literals with
   * variables in them, constants and many variables as conditions. More of what is drawn is not valid then. Default: false.
   */
  readonly isWide?: boolean
}

const MAX_DEPTH = 5
const INTROSPECTION = [
  '__schema { queryType { name } types { name kind } }',
  '__type(name: "Product") { name fields(includeDeprecated: true) { name type { name } } }',
  'nobody: __type(name: "Nobody") { name }',
]

const NAMES = ['v', 'v', 'id', 'sku', 'code', '_internal_qp_alias_0', '__alias_0', 'sallyport_0']
const TEXTS = [
  '',
  'a',
  'b "q"',
  '\\',
  '\n\t',
  '"""',
  '\u0000\u2028',
  'é😀',
  '{ $on0 }',
  '# no',
  '\u001f\u007f',
]

/** Draws one operation. */
export function drawOperation(
  schema: GraphQLSchema,
  pick: Pick,
  { isWide = false }: DrawOptions = {},
): RandomOperation {
  const drawing: Drawing = {
    isWide,
    schema,
    pick,
    definitions: [],
    variables: {},
    fragments: new Map(),
    budget: 25,
  }
  const mutationType = schema.getMutationType()
  const isMutation = mutationType && drawing.pick(5) === 0
  const rootType = isMutation ? mutationType : schema.getQueryType()
  if (!rootType) throw new Error('no root type')
  const selections = drawSelections(drawing, rootType, 0)
  const keyword = isMutation ? 'mutation' : 'query'
  const name = drawing.pick(2) === 0 ? ' Random' : ''
  const definitions = drawing.definitions.length > 0 ? `(${drawing.definitions.join(', ')})` : ''
  const fragments = [...drawing.fragments].map(
    ([fragment, { type, text }]) => `fragment ${fragment} on ${type} ${text}`,
  )
  const query = [`${keyword}${name}${definitions} ${selections}`, ...fragments].join('\n')
  return { query, variables: drawing.variables }
}

function drawSelections(drawing: Drawing, type: GraphQLCompositeType, depth: number): string {
  const count = 1 + drawing.pick(depth === 0 ? 4 : 3)
  const selections: string[] = []
  for (let index = 0; index < count && drawing.budget > 0; index += 1) {
    drawing.budget -= 1
    selections.push(drawSelection(drawing, type, depth))
  }
  if (selections.length === 0) selections.push('__typename')
  return `{ ${selections.join(' ')} }`
}

function drawSelection(drawing: Drawing, type: GraphQLCompositeType, depth: number): string {
  const { pick, schema } = drawing
  const kind = pick(12)
  if (kind === 0 && drawing.isWide && pick(3) === 0) return `${drawTakenName(drawing)}__typename`
  if (kind === 0) return pick(2) === 0 ? '__typename' : 'kindOf: __typename'
  if (kind <= 2 && depth < MAX_DEPTH) return drawFragment(drawing, type, depth)
  if (kind === 3 && type === schema.getQueryType() && depth === 0 && pick(3) === 0) {
    return INTROSPECTION[pick(INTROSPECTION.length)] ?? '__typename'
  }
  if (!('getFields' in type)) return drawFragment(drawing, type, depth)
  return drawField(drawing, type, depth)
}

function drawField(
  drawing: Drawing,
  type: Extract<GraphQLCompositeType, { getFields: unknown }>,
  depth: number,
): string {
  const { pick } = drawing
  const fields = Object.values(type.getFields()).filter(
    ({ type: output }) => depth < MAX_DEPTH || !isCompositeType(getNamedType(output)),
  )
  const field = fields[pick(Math.max(1, fields.length))]
  if (field === undefined) return '__typename'
  const args = drawArguments(drawing, field.args)
  // An alias for other arguments, or the document would contradict itself.
  const aliasOfArgs = args === '' ? '' : `x${hashOf(args)}_${field.name}: `
  // One name for different fields at different places; where it is one place, the document is passed over.
  const aliases = [`a_${field.name}: `, `b_${field.name}: `, 'x: ', 'x: ']
  const alias = aliasOfArgs === '' && pick(5) === 0 ? aliases[pick(aliases.length)] : ''
  const output = getNamedType(field.type)
  const below = isCompositeType(output) ? ` ${drawSelections(drawing, output, depth + 1)}` : ''
  const name = drawing.isWide && pick(4) === 0 ? drawTakenName(drawing) : `${aliasOfArgs}${alias}`
  return `${name}${field.name}${args}${drawDirectives(drawing)}${below}`
}

/** That of another field, of a key, or of what planners make up. */
function drawTakenName({ pick, schema }: Drawing): string {
  const types = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__'))
  const fields = types.flatMap((type) => ('getFields' in type ? Object.keys(type.getFields()) : []))
  const names = [...NAMES, ...fields]
  return `${names[pick(names.length)]}: `
}

function drawFragment(drawing: Drawing, type: GraphQLCompositeType, depth: number): string {
  const { pick, schema, fragments } = drawing
  const conditions = overlapping(schema, type)
  const condition = conditions[pick(conditions.length)] ?? type
  const directives = drawDirectives(drawing)
  const known = [...fragments].filter(([, fragment]) => fragment.type === condition.name)
  if (known.length > 0 && pick(3) !== 0) return `...${known[0]?.[0]}${directives}`
  const text = drawSelections(drawing, condition, depth + 1)
  if (pick(3) === 0) {
    const name = `F${fragments.size}`
    fragments.set(name, { type: condition.name, text })
    return `...${name}${directives}`
  }
  const on = condition === type && pick(2) === 0 ? '' : ` on ${condition.name}`
  return `...${on}${directives} ${text}`
}

/** Types that a fragment inside this one may name. */
function overlapping(schema: GraphQLSchema, type: GraphQLCompositeType): GraphQLCompositeType[] {
  const possible = new Set(isObjectType(type) ? [type] : schema.getPossibleTypes(type))
  return Object.values(schema.getTypeMap()).filter((other): other is GraphQLCompositeType => {
    if (!isCompositeType(other) || other.name.startsWith('__')) return false
    const others = isObjectType(other) ? [other] : schema.getPossibleTypes(other)
    return others.some((one) => possible.has(one))
  })
}

function drawDirectives(drawing: Drawing): string {
  if (drawing.pick(6) !== 0) return ''
  const one = drawDirective(drawing)
  if (drawing.pick(4) !== 0 || !one.includes('@skip')) return ` ${one}`
  return ` ${one} ${drawDirective(drawing).replace('@skip', '@include')}`
}

function drawDirective(drawing: Drawing): string {
  const { pick, definitions, variables } = drawing
  const directive = pick(2) === 0 ? '@skip' : '@include'
  // No constant where the stock executor is asked too: around one it may lose what stands beside it.
  if (drawing.isWide && pick(8) === 0) return `${directive}(if: ${pick(2) === 0})`
  const name = `on${pick(drawing.isWide ? 12 : 3)}`
  if (!definitions.some((definition) => definition.startsWith(`$${name}:`))) {
    const byDefault = pick(3)
    definitions.push(`$${name}: Boolean${byDefault === 0 ? `! = ${pick(2) === 0}` : '!'}`)
    if (byDefault !== 0 || pick(2) === 0) variables[name] = pick(2) === 0
  }
  return `${directive}(if: $${name})`
}

function drawArguments(drawing: Drawing, args: readonly GraphQLArgument[]): string {
  const drawn = args.flatMap((argument) => {
    const isRequired = isNonNullType(argument.type) && argument.defaultValue === undefined
    if (!isRequired && drawing.pick(2) === 0) return []
    return [`${argument.name}: ${drawArgument(drawing, argument.type)}`]
  })
  return drawn.length === 0 ? '' : `(${drawn.join(', ')})`
}

function drawArgument(drawing: Drawing, type: GraphQLInputType): string {
  const { pick, definitions, variables } = drawing
  if (pick(3) !== 0) return drawLiteral(drawing, type)
  const name = ['v', 'toString', 'id'][pick(3)] + String(definitions.length)
  if (drawing.isWide && !isNonNullType(type) && pick(3) === 0) {
    definitions.push(`$${name}: ${type} = ${literalOf(drawValue(drawing, type), type)}`)
    return `$${name}`
  }
  definitions.push(`$${name}: ${type}`)
  if (isNonNullType(type) || pick(3) !== 0) variables[name] = drawValue(drawing, type)
  return `$${name}`
}

function drawLiteral(drawing: Drawing, type: GraphQLInputType): string {
  if (drawing.isWide) return drawWideLiteral(drawing, type)
  const value = drawValue(drawing, type)
  return literalOf(value, type)
}

/** With variables in it, and everything that a printer may get wrong. */
function drawWideLiteral(drawing: Drawing, type: GraphQLInputType): string {
  const { pick } = drawing
  if (isNonNullType(type)) return drawWideLiteral(drawing, type.ofType)
  const draw = (inner: GraphQLInputType) =>
    pick(3) === 0 ? drawVariable(drawing, inner) : drawWideLiteral(drawing, inner)
  if (isListType(type)) {
    if (pick(4) === 0) return drawWideLiteral(drawing, type.ofType)
    return `[${Array.from({ length: pick(3) }, () => draw(type.ofType)).join(', ')}]`
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (field) => isNonNullType(field.type) || pick(2) === 0,
    )
    return `{ ${fields.map((field) => `${field.name}: ${draw(field.type)}`).join(', ')} }`
  }
  const name = getNamedType(type).name
  if (name === 'Int') return ['0', '-1', '2147483647', '-2147483648'][pick(4)] ?? ''
  if (name === 'Float') return ['-0.5', '1e10', '1e-7', '123456789012', '0.1', '-0'][pick(6)] ?? ''
  if (name === 'ID' && pick(3) === 0) return ['5', '0', '123456789012345678901'][pick(3)] ?? ''
  if (name !== 'String' && name !== 'ID') return literalOf(drawPresent(drawing, type), type)
  const text = TEXTS[pick(TEXTS.length)] ?? ''
  const isBlock = pick(4) === 0 && JSON.stringify(text) === `"${text}"`
  return isBlock ? `"""\n  ${text}\n    x\n"""` : JSON.stringify(text)
}

function drawVariable(drawing: Drawing, type: GraphQLInputType): string {
  const { definitions, variables } = drawing
  const name = `in${definitions.length}`
  definitions.push(`$${name}: ${type}`)
  variables[name] = drawValue(drawing, type)
  return `$${name}`
}

function drawValue(drawing: Drawing, type: GraphQLInputType): unknown {
  const { pick } = drawing
  if (isNonNullType(type)) return drawPresent(drawing, type.ofType)
  return pick(8) === 0 ? null : drawPresent(drawing, type)
}

function drawPresent(drawing: Drawing, type: GraphQLInputType): unknown {
  const { pick } = drawing
  if (isListType(type)) {
    return Array.from({ length: pick(3) }, () => drawValue(drawing, type.ofType))
  }
  if (isEnumType(type)) return type.getValues()[pick(type.getValues().length)]?.name
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (field) => isNonNullType(field.type) || pick(2) === 0,
    )
    return Object.fromEntries(fields.map((field) => [field.name, drawValue(drawing, field.type)]))
  }
  const name = getNamedType(type as GraphQLInputType).name
  if (name === 'Int') return pick(4)
  if (name === 'Float') return pick(8) / 4
  if (name === 'Boolean') return pick(2) === 0
  if (name === 'ID') return ['Product:0', 'User:1', 'Book:2', 'Node:1', 'Person:0'][pick(5)]
  if (name === 'String' && drawing.isWide) return TEXTS[pick(TEXTS.length)]
  if (name === 'String') return ['a', 'b "q"', ''][pick(3)]
  return { any: [pick(3), { constructor: 'x' }] }
}

function literalOf(value: unknown, type: GraphQLInputType): string {
  if (value === null || value === undefined) return 'null'
  if (isNonNullType(type)) return literalOf(value, type.ofType)
  if (isListType(type)) {
    return `[${(value as unknown[]).map((item) => literalOf(item, type.ofType)).join(', ')}]`
  }
  if (isEnumType(type)) return String(value)
  if (isInputObjectType(type)) {
    const entries = Object.entries(value as object).map(
      ([name, member]) => `${name}: ${literalOf(member, type.getFields()[name]?.type ?? type)}`,
    )
    return `{ ${entries.join(', ')} }`
  }
  if (typeof value === 'object') return '{ any: [1, "two"] }'
  return JSON.stringify(value)
}

function hashOf(text: string): string {
  let value = 0
  for (const character of text) value = (value * 31 + character.charCodeAt(0)) % 100_003
  return String(value)
}
