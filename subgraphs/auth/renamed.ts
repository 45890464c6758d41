// Auth's resolvers and rules under the names of a deployment. What its SDL leaves out is gone here too.
import type { Rules } from '@sallyport/claims/rules'
import type { DocumentNode } from 'graphql'
import { type AuthNames, rootFieldName, typeName } from '../../platform/auth-names/auth-names.ts'

interface Target {
  /** The SDL under these names. */
  readonly document: DocumentNode
  readonly names: AuthNames
}

type ResolveType = (value: unknown, ...rest: unknown[]) => unknown

export function renameResolvers(resolvers: object, target: Target): object {
  if (target.names.fingerprint === null) return resolvers
  return renameMap(resolvers as Record<string, object>, target)
}

export function renameRules(rules: Rules, target: Target): Rules {
  if (target.names.fingerprint === null) return rules
  return renameMap(rules as Record<string, object>, target) as Rules
}

function renameMap(
  map: Readonly<Record<string, object>>,
  { document, names }: Target,
): Record<string, object> {
  const there = coordinatesOf(document)
  const renamed: Record<string, object> = {}
  for (const [own, fields] of Object.entries(map)) {
    const type = typeName(names, own)
    if (!there.has(type)) continue
    // A scalar is an object of a class, and knows its name no better than the SDL does.
    renamed[type] =
      Object.getPrototypeOf(fields) === Object.prototype
        ? renameFields(own, fields as Record<string, unknown>, { there, names })
        : fields
  }
  return renamed
}

function renameFields(
  own: string,
  fields: Readonly<Record<string, unknown>>,
  { there, names }: { readonly there: ReadonlySet<string>; readonly names: AuthNames },
): object {
  const renamed: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(fields)) {
    const name = rootFieldName(names, own, field)
    if (field === '__resolveType') renamed[field] = renameAnswer(value as ResolveType, names)
    else if (field.startsWith('__') || there.has(`${typeName(names, own)}.${name}`))
      renamed[name] = value
  }
  return renamed
}

function renameAnswer(resolve: ResolveType, names: AuthNames): ResolveType {
  return (...given) => typeName(names, String(resolve(...given)))
}

function coordinatesOf({ definitions }: DocumentNode): ReadonlySet<string> {
  const found = new Set<string>()
  for (const definition of definitions) {
    if (!('name' in definition) || definition.name === undefined) continue
    const type = definition.name.value
    found.add(type)
    if (!('fields' in definition)) continue
    for (const field of definition.fields ?? []) found.add(`${type}.${field.name.value}`)
  }
  return found
}
