// Composes what a graph would be made from, and says what would be different: what is broken, who would gain what, which clients
// would break. It runs in a process of its own, without secrets: it takes seconds, and the SDL may be hostile.
import { type DocumentNode, parse } from 'graphql'
import { apiSchemaOf } from '../engine/api-schema.ts'
import { type ComparedGraph, compareAccess } from '../explain/compare.ts'
import { composedCoordinates } from '../explain/composed-coordinates.ts'
import { readFieldRules } from '../explain/field-rules.ts'
import { readAccess } from '../supergraph/access.ts'
import { refuseChangedAuth } from '../supergraph/auth-as-printed.ts'
import { composeGraph } from '../supergraph/compose.ts'
import { packagedAuthSdl, renamedAuthSdl } from '../supergraph/composition/auth-sdl.ts'
import {
  AUTH_SUBGRAPH,
  type SupergraphConfig,
  SupergraphConfigError,
} from '../supergraph/config.ts'
import { graphNamesOf } from '../supergraph/links.ts'
import { readSupergraphConfig } from '../supergraph/read-config.ts'
import { SchemaError } from '../supergraph/schema-error.ts'
import { stripAuthDirectives } from '../supergraph/strip.ts'
import { unknownAddresses } from '../supergraph/unknown-addresses.ts'
import { breakingChanges } from './breaking-changes.ts'
import { isNoticed } from './broken-clients.ts'
import type { Contents } from './contents.ts'
import { newReaches } from './reach.ts'

export interface Question {
  readonly contents: Contents
  /** Where each SDL is from, as messages say it. */
  readonly origins: Readonly<Record<string, string>>
  /** What is served; `null`: nothing is yet. */
  readonly before: Before | null
  /** Of policies of the deployment's own: what they say is not asked here. */
  readonly policies: readonly string[]
  /** What `access: public` may open of an SDL that came by itself, as the access lock has it. */
  readonly opened: readonly string[]
  /** Fields that somebody asked for lately; null: nobody knows. */
  readonly asked: readonly string[] | null
}

export interface Before {
  readonly yaml: string
  readonly sdl: string
  /** When it was read, in milliseconds: a dry run of it may have ended since. */
  readonly readAt: number
}

/** `gains`: somebody may read more. `reaches`: a subgraph reaches for what is another's. `breaks`: clients would be refused. */
export interface Reason {
  readonly kind: 'gains' | 'reaches' | 'breaks'
  readonly text: string
}

export interface Composed {
  readonly sdl: string
  readonly authSdl: string
  /** What `access: public` opens, and what it would besides. */
  readonly opened: readonly string[]
  readonly waiting: readonly string[]
  /** Why an operator has to look; empty: it may be served. */
  readonly reasons: readonly Reason[]
  /** What is different, in words. */
  readonly changes: readonly string[]
}

export type Verdict = Composed | { readonly problems: readonly string[] }

export function judge(question: Question): Verdict {
  try {
    return compose(question)
  } catch (error) {
    if (error instanceof SchemaError || error instanceof SupergraphConfigError)
      return { problems: error.problems }
    return { problems: [error instanceof Error ? error.message : String(error)] }
  }
}

function compose(question: Question): Composed {
  const { contents, origins, before } = question
  const config = readConfig(contents.yaml, Date.now())
  const policies = Object.fromEntries(question.policies.map((name) => [name, () => false]))
  const sdlOf = (name: string) => contents.sdls[name] ?? ''
  const named = (name: string) =>
    name === AUTH_SUBGRAPH ? renamedAuthSdl(sdlOf(name), config.authNames) : sdlOf(name)
  const composed =
    contents.supergraph === null
      ? composeGraph(
          config.subgraphs
            .filter(({ name }) => name in contents.sdls)
            .map((subgraph) => ({
              config: subgraph,
              sdl: named(subgraph.name),
              origin: origins[subgraph.name] ?? subgraph.name,
            })),
          {
            policies,
            rules: config.rules,
            authNames: config.authNames,
            accepted: new Set(question.opened),
          },
        )
      : { sdl: contents.supergraph, opened: [], waiting: [] }
  const authSdl =
    AUTH_SUBGRAPH in contents.sdls
      ? named(AUTH_SUBGRAPH)
      : renamedAuthSdl(packagedAuthSdl(), config.authNames)
  const after = open(composed.sdl, config, policies)
  refuseChangedAuth(after.document, parse(authSdl))
  const found =
    before === null
      ? nothing
      : compareWith(before, after, { config, policies, asked: question.asked })
  return { ...composed, authSdl, ...found }
}

const nothing = { reasons: [], changes: [] }

/** Of the changes that somebody reads so many are told. */
const TOLD = 30

function compareWith(
  { yaml, sdl, readAt }: Before,
  after: Opened,
  { config, policies, asked }: Sides,
): Pick<Composed, 'reasons' | 'changes'> {
  const before = open(sdl, readConfig(yaml, readAt), policies)
  const access = compareAccess(before, after, { nowSeconds: Date.now() / 1000 })
  const gained = access.filter(({ kind }) => kind === 'gained' || kind === 'changed')
  const foreign = config.subgraphs.filter(({ schema }) => !('file' in schema || 'of' in schema))
  const reaches = newReaches(
    before.document,
    after.document,
    new Set(foreign.map(({ name }) => name)),
  )
  const fields = asked === null ? null : new Set(asked)
  const broken = breakingChanges(before.schema, after.schema).filter((one) =>
    isNoticed(one, before.schema, fields),
  )
  const unknown = asked === null ? ' (for less than an hour is counted who asks for what)' : ''
  return {
    reasons: [
      ...gained.map(({ coordinate, before, after }) => ({
        kind: 'gains' as const,
        text: `somebody gains access: ${coordinate}: ${before} before, ${after} now`,
      })),
      ...reaches.map((text) => ({ kind: 'reaches' as const, text })),
      ...broken.map(({ description }) => ({
        kind: 'breaks' as const,
        text: `breaks clients: ${description}${unknown}`,
      })),
    ],
    changes: access.map(({ kind, coordinate }) => `${WORDS[kind]} ${coordinate}`).slice(0, TOLD),
  }
}

const WORDS = {
  gained: 'opens',
  changed: 'changes who may read',
  lost: 'closes',
  unruled: 'adds',
  added: 'adds',
  removed: 'removes',
} as const

interface Sides {
  readonly config: SupergraphConfig
  readonly policies: Readonly<Record<string, () => boolean>>
  readonly asked: readonly string[] | null
}

interface Opened extends ComparedGraph {
  readonly document: DocumentNode
}

function open(sdl: string, config: SupergraphConfig, policies: Sides['policies']): Opened {
  const document = parse(sdl)
  // One that has not announced itself yet has nothing that its rules could stand for.
  const present = new Set(graphNamesOf(document).values())
  const subgraphs = config.subgraphs.filter(({ name }) => present.has(name))
  const access = readAccess(document, { ...config, subgraphs, policies })
  const schema = apiSchemaOf(parse(stripAuthDirectives(document)))
  // Where a rule was written is of no interest here.
  const declarations = { of: () => [], defaultOf: () => null }
  const fields = readFieldRules({ schema, access, declarations })
  return { document, schema, fields, composed: composedCoordinates(document) }
}

function readConfig(yaml: string, now: number): SupergraphConfig {
  return readSupergraphConfig(yaml, { variables: unknownAddresses(yaml), now })
}
