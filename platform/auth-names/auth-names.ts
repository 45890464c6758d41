// `auth:` in supergraph.yaml: which of auth's types and root fields go by other names, and which are not there at all, so that
// a graph with a `User` of its own composes. Gateway and auth read it from the same file; code knows auth by its own names.
import { createHash } from 'node:crypto'
import { z } from 'zod'

/** What auth is called in one deployment. */
export interface AuthNames {
  /** Other names, by auth's own: `User`, `Query.user`. */
  readonly names: ReadonlyMap<string, string>
  /** What is left out: `Query.users`, `User.customClaims`. */
  readonly omit: ReadonlySet<string>
  /** One for all that differs; `null` when nothing does. Gateway and auth have to have the same. */
  readonly fingerprint: string | null
}

export const ownNames: AuthNames = Object.freeze({
  names: new Map<string, string>(),
  omit: new Set<string>(),
  fingerprint: null,
})

const NAME = /^[A-Za-z][A-Za-z0-9_]*$/
const TYPE_OR_ROOT_FIELD = /^([A-Za-z]\w*|(Query|Mutation)\.[A-Za-z]\w*)$/
const ROOT_OR_USER_FIELD = /^(Query|Mutation|User)\.[A-Za-z]\w*$/
const ROOTS = ['Query', 'Mutation', 'Subscription']

/** The section as it stands in the file. */
export const authNamesSchema = z
  .strictObject({
    names: z
      .record(
        z
          .string()
          .regex(
            TYPE_OR_ROOT_FIELD,
            'must be a type or a root field of auth, such as User or Query.user',
          ),
        z.string().regex(NAME, 'must be a name of GraphQL that does not begin with _'),
      )
      .default({}),
    omit: z
      .array(
        z
          .string()
          .regex(
            ROOT_OR_USER_FIELD,
            'must be a root field of auth or a field of its User, such as Query.users',
          ),
      )
      .default([]),
  })
  .superRefine(({ names }, context) => {
    for (const name of Object.keys(names)) {
      if (!ROOTS.includes(name)) continue
      context.addIssue({ code: 'custom', path: ['names', name], message: 'cannot be renamed' })
    }
  })
  .transform(toAuthNames)

/** The name of a type of auth in this deployment. */
export function typeName({ names }: AuthNames, type: string): string {
  return names.get(type) ?? type
}

/** The name of a root field of auth in this deployment. */
export function rootFieldName({ names }: AuthNames, root: string, field: string): string {
  return names.get(`${root}.${field}`) ?? field
}

function toAuthNames(given: {
  readonly names: Readonly<Record<string, string>>
  readonly omit: readonly string[]
}): AuthNames {
  const names = Object.entries(given.names).filter(([own, name]) => own.split('.').at(-1) !== name)
  const omit = [...new Set(given.omit)]
  if (names.length + omit.length === 0) return ownNames
  const said = JSON.stringify([names.sort(byFirst), omit.sort()])
  return Object.freeze({
    names: new Map(names),
    omit: new Set(omit),
    fingerprint: createHash('sha256').update(said).digest('base64url').slice(0, 22),
  })
}

function byFirst([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : 1
}
