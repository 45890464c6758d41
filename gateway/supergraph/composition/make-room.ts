// Other names for auth where a graph has its own of the same: what to write under `auth: { names: … }`.
import { type DefinitionNode, type DocumentNode, Kind } from 'graphql'

const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation'])

/** By auth's own names, as `auth.names` has them; empty when nothing clashes. */
export function proposeNames(
  auth: DocumentNode,
  others: readonly DocumentNode[],
): Readonly<Record<string, string>> {
  const own = namesOf([auth])
  const theirs = namesOf(others)
  const taken = new Set([...own, ...theirs])
  const names: Record<string, string> = {}
  for (const name of [...own].sort()) {
    if (!theirs.has(name)) continue
    const [root, field] = name.split('.')
    const free = freeName(root ?? '', field, taken)
    names[name] = free
    taken.add(field === undefined ? free : `${root}.${free}`)
  }
  return names
}

/** `Account` for `User`, `account` for `Query.user`, `accounts` for `Query.users`; otherwise `Account…` before it. */
function freeName(type: string, field: string | undefined, taken: ReadonlySet<string>): string {
  const own = field ?? type
  const like = own.replace(/^user/, 'account').replace(/^User/, 'Account')
  const prefix = field === undefined ? 'Account' : 'account'
  let name = like === own ? `${prefix}${own[0]?.toUpperCase()}${own.slice(1)}` : like
  while (taken.has(field === undefined ? name : `${type}.${name}`)) name = `auth${capital(name)}`
  return field === undefined ? capital(name) : name
}

function capital(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}`
}

/** Types, and root fields as `Query.user`. Scalars mean the same to everybody. */
function namesOf(documents: readonly DocumentNode[]): ReadonlySet<string> {
  const found = new Set<string>()
  for (const definition of documents.flatMap(({ definitions }) => definitions)) {
    if (!isNamedType(definition)) continue
    const type = definition.name.value
    if (!ROOTS.has(type)) found.add(type)
    else if ('fields' in definition)
      for (const field of definition.fields ?? []) found.add(`${type}.${field.name.value}`)
  }
  return found
}

function isNamedType(
  definition: DefinitionNode,
): definition is Extract<DefinitionNode, { readonly fields?: unknown }> {
  const isScalar =
    definition.kind === Kind.SCALAR_TYPE_DEFINITION ||
    definition.kind === Kind.SCALAR_TYPE_EXTENSION
  return /Type(Definition|Extension)$/.test(definition.kind) && !isScalar
}
