// What the shape of supergraph.yaml does not say: which keys of an entry go together, and which never do.
import { isAnnouncedUrl } from '../subgraph/resolve.ts'
import { isOwnEntry, isRecord } from './complete-entries.ts'
import { AUTH_SUBGRAPH } from './config.ts'
import { NEVER_FORWARDED, type SubgraphEntry } from './config-schema.ts'

/** What is wrong, and where it stands in the file. */
export interface Problem {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** Of the file as it was written: the defaults are not there yet. */
export function problemsOfOwn(value: unknown): Problem[] {
  if (!isRecord(value) || !isRecord(value.subgraphs)) return []
  const own = Object.entries(value.subgraphs).flatMap(([name, entry]) =>
    isRecord(entry) && isOwnEntry(name, entry) ? [{ name, keys: Object.keys(entry) }] : [],
  )
  const [first, ...others] = own
  const path = (name: string) => ['subgraphs', name, 'of']
  return [
    ...own
      .filter(({ keys }) => keys.length > 1)
      .map(({ name }) => ({
        path: path(name),
        message: 'goes alone: nothing about the subgraph of the gateway itself can be set',
      })),
    ...others.map(({ name }) => ({
      path: path(name),
      message: `the gateway itself is "${first?.name}" already`,
    })),
    ...own
      .filter(({ name }) => name === AUTH_SUBGRAPH)
      .map(({ name }) => ({ path: path(name), message: 'auth is a subgraph of its own' })),
  ]
}

export function problemsOfEntry(name: string, entry: SubgraphEntry, now: number): Problem[] {
  const path = ['subgraphs', name]
  const problems: Problem[] = []
  const add = (key: string, message: string) => problems.push({ path: [...path, key], message })
  for (const header of entry.forwardHeaders.filter((header) => NEVER_FORWARDED.test(header)))
    add('forwardHeaders', `"${header}" is never forwarded`)
  if (entry.access === 'public' && !entry.mayDeclarePublic)
    add('access', 'public needs "mayDeclarePublic: true" beside it')
  const isElsewhere = entry.routing_url.some((url) => !isAnnouncedUrl(url))
  if (entry.announce && (isElsewhere || entry.schema !== undefined))
    add(
      'announce',
      'goes without routing_url and schema: where it is and what it is, it says itself',
    )
  if (!entry.announce && entry.routing_url.some(isAnnouncedUrl))
    add('routing_url', 'must be an http or https URL, or dns+srv://<service>')
  if (name === AUTH_SUBGRAPH) problems.push(...problemsOfAuth(entry))
  else if (entry.schema === undefined && !entry.announce && !entry.of)
    problems.push({ path, message: 'schema is missing; give it file, url or subgraph_url' })
  if (entry.dryRun && entry.dryRun.until <= now) {
    const end = new Date(entry.dryRun.until).toISOString()
    add('dryRun', `ended at ${end}; remove it to enforce the rules`)
  }
  return problems
}

/** Its rules are its own: nothing in the file may loosen or delay them. */
function problemsOfAuth(entry: SubgraphEntry): Problem[] {
  const path = ['subgraphs', AUTH_SUBGRAPH]
  const problems: Problem[] = []
  if (entry.dryRun) problems.push({ path: [...path, 'dryRun'], message: 'auth is always enforced' })
  if (entry.access === 'public')
    problems.push({ path: [...path, 'access'], message: 'auth says itself what is public' })
  if (Object.keys(entry.rules).length > 0)
    problems.push({ path: [...path, 'rules'], message: 'the rules of auth are its own' })
  return problems
}
