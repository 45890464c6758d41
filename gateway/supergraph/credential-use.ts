// What a mutation of auth does to credentials, as its SDL says: which it is told, and which cookies it may set. The gateway
// knows none of these mutations by name.
import { type ConstDirectiveNode, valueFromASTUntyped } from 'graphql'

const READS = ['session', 'refresh', 'flow', 'device'] as const
const SETS = ['session', 'flow', 'device'] as const

export interface CredentialUse {
  /** What auth is told. `session`: a valid credential that was sent says whose session it is about. */
  readonly reads: ReadonlySet<(typeof READS)[number]>
  /** Which cookies its answer may set or clear. */
  readonly sets: ReadonlySet<(typeof SETS)[number]>
}

interface Directed {
  readonly directives?: readonly ConstDirectiveNode[] | undefined
}

/**
 * @param names what the document calls `@credentials`
 * @returns null for a field that says nothing of it
 * @throws Error on a word that is unknown: a misspelt one would be passed over in silence
 */
export function readCredentialUse(
  node: Directed,
  names: ReadonlySet<string>,
): CredentialUse | null {
  const found = (node.directives ?? []).filter(({ name }) => names.has(name.value))
  if (found.length === 0) return null
  return {
    reads: new Set(found.flatMap((directive) => words(directive, 'reads', READS))),
    sets: new Set(found.flatMap((directive) => words(directive, 'sets', SETS))),
  }
}

export function mergeCredentialUses(uses: readonly CredentialUse[]): CredentialUse {
  return {
    reads: new Set(uses.flatMap(({ reads }) => [...reads])),
    sets: new Set(uses.flatMap(({ sets }) => [...sets])),
  }
}

function words<Word extends string>(
  directive: ConstDirectiveNode,
  name: string,
  known: readonly Word[],
): Word[] {
  const argument = directive.arguments?.find((given) => given.name.value === name)
  const value: unknown = argument === undefined ? [] : valueFromASTUntyped(argument.value)
  const found = (Array.isArray(value) ? value : [value]).map((word: unknown) =>
    known.find((one) => one === word),
  )
  if (found.every((word) => word !== undefined)) return found
  throw new Error(`@credentials: "${name}" may have ${known.join(', ')}`)
}
