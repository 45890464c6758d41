// Auth's type definitions under the names of a deployment, without what it leaves out. The one place where that is done.
import {
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  visit,
} from 'graphql'
import { SetupError } from '../setup-error.ts'
import type { AuthNames } from './auth-names.ts'

/** Without one of these nobody could end a session, prove who they are, or leave. */
const NEVER_OMITTED =
  /^(Query\.viewer|User\.id|Mutation\.(verifySession|refresh|logout|reauthenticate|revoke\w*|resetPassword|denySession|undoEmailChange|deleteAccount|confirmAccountDeletion))$/
const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation'])
const BUILT_IN: ReadonlySet<string> = new Set(['ID', 'String', 'Int', 'Float', 'Boolean'])

type ObjectNode = ObjectTypeDefinitionNode | ObjectTypeExtensionNode

/** What of `auth:` does not fit auth's schema, and why. */
export interface AuthNameProblem {
  readonly section: 'names' | 'omit'
  /** As the section has it. */
  readonly coordinate: string
  readonly message: string
}

export class AuthNamesError extends SetupError {
  override readonly name = 'AuthNamesError'
  readonly problems: readonly AuthNameProblem[]

  constructor(problems: readonly AuthNameProblem[]) {
    super(problems.map(({ section, message }) => `auth.${section}: ${message}`).join('\n'))
    this.problems = problems
  }
}

/**
 * @param document auth's own, under its own names
 * @throws AuthNamesError on what auth does not have, what must stay, and two that would have one name
 */
export function renameAuthSchema(document: DocumentNode, auth: AuthNames): DocumentNode {
  if (auth.fingerprint === null) return document
  const problems = [...problemsOfOmitted(document, auth), ...problemsOfNames(document, auth)]
  if (problems.length > 0) throw new AuthNamesError(problems)
  return rename(dropUnreachable(dropOmitted(document, auth)), auth)
}

function problemsOfOmitted(document: DocumentNode, { omit }: AuthNames): AuthNameProblem[] {
  const known = coordinatesOf(document)
  const refuse = (coordinate: string, message: string) =>
    [{ section: 'omit', coordinate, message }] as const
  return [...omit].flatMap((coordinate) => {
    if (!known.has(coordinate)) return refuse(coordinate, missing(coordinate, known))
    if (NEVER_OMITTED.test(coordinate)) return refuse(coordinate, `${coordinate} is never left out`)
    return []
  })
}

function problemsOfNames(document: DocumentNode, { names }: AuthNames): AuthNameProblem[] {
  const known = coordinatesOf(document)
  const taken = new Map<string, string>()
  const problems: AuthNameProblem[] = []
  for (const own of known) {
    if (!isRenamable(own)) continue
    const name = names.get(own) ?? own.split('.').at(-1) ?? ''
    const place = own.includes('.') ? `${own.split('.')[0]}.${name}` : name
    const other = taken.get(place)
    if (other !== undefined) {
      const coordinate = names.has(own) ? own : other
      const message = `${other} and ${own} cannot both be ${name}`
      problems.push({ section: 'names', coordinate, message })
    }
    taken.set(place, own)
  }
  const unknown = [...names.keys()].filter((own) => !known.has(own))
  return [
    ...problems,
    ...unknown.map((own) => ({
      section: 'names' as const,
      coordinate: own,
      message: missing(own, known),
    })),
  ]
}

/** With the same name where it stands elsewhere: `users` is `Query.users`. */
function missing(coordinate: string, known: ReadonlySet<string>): string {
  const nameOf = (one: string) => one.split('.').at(-1)?.toLowerCase()
  const alike = [...known].filter(
    (one) => nameOf(one) === nameOf(coordinate) && (isRenamable(one) || one.startsWith('User.')),
  )
  const hint = alike.length === 0 ? '' : `; it has ${alike.join(' and ')}`
  return `auth has no ${coordinate}${hint}`
}

function isRenamable(coordinate: string): boolean {
  const [type = '', field] = coordinate.split('.')
  return field === undefined || ROOTS.has(type)
}

/** Types, and fields of objects as `Type.field`. */
function coordinatesOf(document: DocumentNode): ReadonlySet<string> {
  const found = new Set<string>()
  for (const definition of document.definitions) {
    if (!isType(definition)) continue
    const { name } = definition
    if (!ROOTS.has(name.value)) found.add(name.value)
    if (!isObject(definition)) continue
    for (const field of definition.fields ?? []) found.add(`${name.value}.${field.name.value}`)
  }
  return found
}

function dropOmitted(document: DocumentNode, { omit }: AuthNames): DocumentNode {
  const without = <Node extends ObjectNode>(node: Node): Node | null => {
    const stays = ({ name }: FieldDefinitionNode) => !omit.has(`${node.name.value}.${name.value}`)
    const fields = node.fields?.filter(stays)
    return fields?.length === 0 ? null : ({ ...node, fields } as Node)
  }
  return visit(document, { ObjectTypeDefinition: without, ObjectTypeExtension: without })
}

/** A type that only what is left out led to takes a name for nothing. */
function dropUnreachable(document: DocumentNode): DocumentNode {
  const uses = new Map<string, Set<string>>()
  for (const definition of document.definitions) {
    if (!isType(definition)) continue
    const used = uses.get(definition.name.value) ?? new Set()
    visit(definition, { NamedType: ({ name }) => void used.add(name.value) })
    uses.set(definition.name.value, used)
  }
  const reached = new Set<string>()
  const reach = (name: string) => {
    if (reached.has(name)) return
    reached.add(name)
    for (const used of uses.get(name) ?? []) reach(used)
  }
  for (const name of [...ROOTS, 'User']) reach(name)
  const definitions = document.definitions.filter(
    (definition) => !isType(definition) || reached.has(definition.name.value),
  )
  return { ...document, definitions }
}

function rename(document: DocumentNode, { names }: AuthNames): DocumentNode {
  const named = <Node extends { readonly name: { readonly value: string } }>(
    node: Node,
    own: string,
  ): Node => {
    const value = names.get(own)
    return value === undefined ? node : { ...node, name: { ...node.name, value } }
  }
  const definitions = document.definitions.map((definition) => {
    if (!isType(definition)) return definition
    const type = definition.name.value
    if (!isObject(definition) || !ROOTS.has(type)) return named(definition, type)
    const fields = (definition.fields ?? []).map((field) =>
      named(field, `${type}.${field.name.value}`),
    )
    return { ...definition, fields }
  })
  return visit({ ...document, definitions }, { NamedType: (node) => named(node, node.name.value) })
}

function isObject(definition: DefinitionNode): definition is ObjectNode {
  return (
    definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
    definition.kind === Kind.OBJECT_TYPE_EXTENSION
  )
}

type NamedDefinition = Extract<DefinitionNode, { readonly name: unknown }>

function isType(
  definition: DefinitionNode,
): definition is Exclude<NamedDefinition, { kind: Kind.DIRECTIVE_DEFINITION }> & ObjectNode {
  const isNamed = /Type(Definition|Extension)$/.test(definition.kind)
  return isNamed && 'name' in definition && !BUILT_IN.has(definition.name?.value ?? '')
}
