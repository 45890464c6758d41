// The graph changes while it serves.
//
//   look ── as before ─────────────────────────────────────────────► look again
//     └─ changed, and the same at the next look ─► judge, apart
//           ├─ broken ───────────────────────────► held, with its reasons; what is served stays
//           ├─ gives somebody more, reaches for another's, breaks clients ─► held until an operator accepts it
//           └─ good ─► build, warm, swap, drain; kept on disk
//
// An operator who goes back to a version pins it: whatever comes then is held until somebody accepts it.
import type { Log } from '../../platform/log.ts'
import { loadTrustedDocuments } from '../documents/documents.ts'
import { readAccessLock } from '../supergraph/access-lock.ts'
import { packagedAuthSdl, renamedAuthSdl } from '../supergraph/composition/auth-sdl.ts'
import { AUTH_SUBGRAPH, readSupergraphConfig } from '../supergraph/config.ts'
import type { GraphPlace } from '../supergraph/open.ts'
import { loadPolicies } from '../supergraph/policies.ts'
import type { Graph, GraphSource } from '../supergraph.ts'
import { type Contents, createIds, differencesOf, digestOf, shortId } from './contents.ts'
import type { Composed, Reason, Verdict } from './judge.ts'
import { createJudgeApart, type JudgeApart } from './judge-apart.ts'
import type { Look, Seen, SourceHealth } from './look.ts'
import type { Decision, GraphStore, GraphVersion, History } from './store.ts'

export interface GraphChanges {
  /** The graph to begin with: what was served last, with the present files; else what there is. `null`: there is none yet. */
  first(): Promise<Found | null>
  /** The gateway serves what `first` said. */
  begin(): void
  /** There is no graph yet, and one may come: subgraphs have not said what they are. */
  isWaiting(): boolean
  status(): GraphStatus
  /** @param id Its beginning is enough. @returns what was done @throws ChangeRefused */
  accept(id: string, by: string): Promise<string>
  /** @param id Default: the version before. @throws ChangeRefused */
  back(id: string | null, by: string): Promise<string>
  stop(): Promise<void>
}

/** A command that cannot be done, in a sentence. */
export class ChangeRefused extends Error {
  override readonly name = 'ChangeRefused'
}

interface Found {
  readonly source: GraphSource
}

export interface GraphStatus {
  /** What is served; `null`: nothing yet. */
  readonly version: GraphVersion | null
  /** The operator went back to a version: nothing is served by itself. */
  readonly isPinned: boolean
  readonly held: readonly HeldChange[]
  readonly versions: readonly GraphVersion[]
  readonly subgraphs: readonly SourceHealth[]
  /** See `GraphStore.reach`. */
  readonly reach: ReturnType<GraphStore['reach']>
}

/** `broken` cannot be accepted; `opens` is served, without what it would open to everybody. */
export interface HeldChange {
  readonly id: string
  readonly since: string
  readonly kind: 'broken' | 'waits' | 'opens'
  /** What is different from what is served: supergraph.yaml, subgraphs. */
  readonly of: readonly string[]
  readonly reasons: readonly string[]
}

export interface GraphChangesOptions {
  readonly place: GraphPlace
  readonly look: Look
  readonly store: GraphStore
  /** How often addresses and subgraphs are asked, and files looked at. */
  readonly askEveryMs: number
  readonly lookEveryMs: number
  /** Builds it, warms it, swaps it in. */
  load(source: GraphSource): Promise<Graph>
  readonly countSwap: (outcome: 'swapped' | 'refused' | 'held') => void
  readonly logger: Log
  readonly now: () => number
  readonly monotonic: () => number
  /** Fields that somebody asked for lately; null: nobody knows. */
  asked(): Promise<readonly string[] | null>
  /** Default: a process of its own for each. */
  readonly judgeApart?: JudgeApart
}

interface Served {
  readonly id: string
  readonly contents: Contents
  readonly sdl: string
  readonly readAt: number
  readonly version: GraphVersion
  readonly waiting: readonly string[]
}

const ITSELF = 'the files and subgraphs'
const OTHER_NAMES = '"auth:" in supergraph.yaml is read at the start: start gateway and auth again'

export function createGraphChanges(options: GraphChangesOptions): GraphChanges {
  const { place, look, store, logger, now, monotonic, countSwap } = options
  const judgeApart = options.judgeApart ?? createJudgeApart()
  let history: History = { versions: [], opened: [] }
  let served: Served | null = null
  let held: HeldChange | null = null
  let pinned: string | null = null
  let decided = 0
  const accepted = new Map<string, string>()
  const idOf = createIds()
  /** Of the last look. */
  let sighted = ''
  let names: string | null | undefined
  let isWaiting = false
  let askAt = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | null = null
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  let turn: Promise<unknown> = Promise.resolve()

  /** One after the other: a command waits for a look, and a look for a command. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work)
    turn = done.catch(() => undefined)
    return done
  }

  function next(): void {
    if (isStopped) return
    timer = setTimeout(() => {
      void inTurn(lookAgain)
        .catch((error) => logger.error({ err: error }, 'the graph could not be looked at'))
        .finally(next)
    }, options.lookEveryMs)
    timer.unref()
  }

  async function lookAgain(): Promise<void> {
    if (isStopped) return
    await follow(await store.decision())
    askInTime()
    const sight = await look.look()
    if (sight.kind === 'missing') return
    const id = sight.kind === 'seen' ? idOf(sight.seen.contents) : digestOf(sight.problems.join())
    // An editor, or a deployment, writes several files one after the other: what is the same twice is meant.
    const isStill = id === sighted
    sighted = id
    if (!isStill) return
    if (sight.kind === 'seen') await consider(sight.seen, id)
    else if (held?.id !== id) hold(id, 'broken', { of: [], reasons: sight.problems })
  }

  function askInTime(): void {
    if (asking !== null || monotonic() < askAt) return
    askAt = monotonic() + options.askEveryMs
    asking = look.ask().finally(() => {
      asking = null
    })
  }

  async function consider(seen: Seen, id: string): Promise<void> {
    if (served?.id === id) {
      held = null
      return
    }
    const isAccepted = accepted.has(id)
    if (held?.id === id && !isAccepted) return
    const of = differencesOf(served?.contents ?? null, seen.contents)
    if (names !== undefined && seen.config.authNames.fingerprint !== names)
      return hold(id, 'broken', { of, reasons: [OTHER_NAMES] })
    if (pinned !== null && !isAccepted) {
      const reasons = [`an operator went back to ${shortId(pinned)}`]
      return hold(id, 'waits', { of, reasons })
    }
    const composed = await judge(seen, id)
    if (isStopped) return
    if (composed !== null && (composed.reasons.length === 0 || isAccepted)) {
      const by = accepted.get(id) ?? ITSELF
      return await serve({ contents: seen.contents, composed, by, of })
    }
    if (composed !== null)
      hold(id, 'waits', { of, reasons: composed.reasons.map(({ text }: Reason) => text) })
    await serveTheRest(seen)
  }

  /** A subgraph whose SDL came by itself, and is broken or held, keeps nobody else waiting: it is what it was, and the rest is served. */
  async function serveTheRest(seen: Seen): Promise<void> {
    const whole = held
    for (const contents of served === null ? [] : withoutOne(served.contents, seen)) {
      const id = idOf(contents)
      if (id === served?.id) continue
      const verdict = await ask({ ...seen, contents }, id)
      if (isStopped) return
      if ('problems' in verdict || verdict.reasons.length > 0) continue
      const of = differencesOf(served?.contents ?? null, contents)
      await serve({ contents, composed: verdict, by: ITSELF, of })
      if (served?.id === id) held = whole
      return
    }
  }

  /** `null`: it is broken, and held. */
  async function judge(
    seen: Pick<Seen, 'contents' | 'origins'>,
    id: string,
  ): Promise<Composed | null> {
    const verdict = await ask(seen, id)
    if (!('problems' in verdict)) return verdict
    if (!isStopped) {
      const of = differencesOf(served?.contents ?? null, seen.contents)
      hold(id, 'broken', { of, reasons: verdict.problems })
    }
    return null
  }

  async function ask(
    { contents, origins }: Pick<Seen, 'contents' | 'origins'>,
    id: string,
  ): Promise<Verdict> {
    const config = configOf(contents)
    const policies = await policiesOf(config)
    const isAccepted = accepted.has(id)
    return await judgeApart({
      contents,
      origins,
      before: served && { yaml: served.contents.yaml, sdl: served.sdl, readAt: served.readAt },
      policies: Object.keys(policies),
      asked: served === null ? null : await options.asked(),
      opened: isAccepted ? 'all' : [...readAccessLock(place.configPath), ...history.opened],
    })
  }

  async function serve({
    contents,
    composed,
    by,
    of,
  }: {
    readonly contents: Contents
    readonly composed: Composed
    readonly by: string
    readonly of: readonly string[]
  }): Promise<void> {
    const id = idOf(contents)
    try {
      await options.load(await sourceOf(contents, composed))
    } catch (error) {
      return hold(id, 'broken', { of, reasons: [(error as Error).message] })
    }
    countSwap('swapped')
    await keep({ id, contents, composed, by, changes: [...of, ...composed.changes] })
    logger.info(
      { version: shortId(id), by, changes: served?.version.changes },
      'the graph has changed',
    )
  }

  async function keep({
    id,
    contents,
    composed,
    by,
    changes,
  }: {
    readonly id: string
    readonly contents: Contents
    readonly composed: Pick<Composed, 'sdl' | 'opened' | 'waiting'>
    readonly by: string
    readonly changes: readonly string[]
  }): Promise<void> {
    const version = { id, at: new Date(now()).toISOString(), by, changes }
    const { sdl, waiting } = composed
    served = { id, contents, sdl, readAt: now(), version, waiting }
    held = null
    const opened = accepted.has(id) ? composed.opened : history.opened
    const others = history.versions.filter((one) => one.id !== id)
    history = { versions: [version, ...others].slice(0, 20), opened }
    await store.keep(version, contents, opened)
  }

  function hold(
    id: string,
    kind: 'broken' | 'waits',
    { of, reasons }: Pick<HeldChange, 'of' | 'reasons'>,
  ): void {
    held = { id, since: new Date(now()).toISOString(), kind, of, reasons }
    countSwap(kind === 'broken' ? 'refused' : 'held')
    const said = { change: shortId(id), of, reasons }
    if (kind === 'broken') logger.error(said, 'a change of the graph is refused')
    else logger.warn(said, 'a change of the graph waits for "sallyport subgraphs accept"')
  }

  function configOf({ yaml }: Contents) {
    const { configPath: source, variables } = place
    return readSupergraphConfig(yaml, { variables, source, now: now() })
  }

  async function policiesOf(config: ReturnType<typeof configOf>) {
    return { ...(await loadPolicies(place.configPath, config)), ...place.policies }
  }

  async function sourceOf(contents: Contents, { sdl, authSdl }: Composed): Promise<GraphSource> {
    const config = configOf(contents)
    const policies = await policiesOf(config)
    const trusted = await loadTrustedDocuments(place.configPath, config.documents)
    const subgraphs = config.subgraphs.filter(
      ({ name, schema }) => !('announced' in schema) || name in contents.sdls,
    )
    return { sdl, authSdl, config: { ...config, subgraphs }, policies, trusted }
  }

  /** What an operator said last, here or at another worker. */
  async function follow(decision: Decision | null): Promise<void> {
    if (decision === null || decision.number <= decided) return
    decided = decision.number
    if (decision.kind === 'back') return await goBack(decision.id, decision.by)
    pinned = null
    accepted.set(decision.id, decision.by)
    if (held?.id === decision.id) held = null
    const sight = await look.look()
    if (sight.kind !== 'seen' || idOf(sight.seen.contents) !== decision.id) return
    // It may be served already, without what it opens.
    if (served?.id === decision.id) served = { ...served, id: '' }
    await consider(sight.seen, decision.id)
  }

  async function goBack(id: string, by: string): Promise<void> {
    const kept = await store.contentsOf(id)
    const sight = await look.look()
    pinned = id
    // What was accepted before is what somebody goes back from.
    accepted.clear()
    if (kept === null || sight.kind !== 'seen')
      return hold(id, 'broken', { of: [], reasons: ['this gateway does not have that version'] })
    const contents = withTextsOf(kept, sight.seen)
    const composed = await judge({ ...sight.seen, contents }, idOf(contents))
    if (composed === null) return
    const of = [`back to ${shortId(id)}`]
    await serve({ contents, composed, by, of })
  }

  function heldNow(): readonly HeldChange[] {
    const waiting = served?.waiting ?? []
    const opens =
      served === null || waiting.length === 0
        ? []
        : [
            {
              id: served.id,
              since: served.version.at,
              kind: 'opens' as const,
              of: [],
              reasons: waiting.map((one) => `opens to everybody: ${one}`),
            },
          ]
    return [...(held === null ? [] : [held]), ...opens]
  }

  return {
    async first() {
      history = await store.history()
      const decision = await store.decision()
      decided = decision?.number ?? 0
      if (decision?.kind === 'back') pinned = decision.id
      if (decision?.kind === 'accept') accepted.set(decision.id, decision.by)
      const last = await store.contentsOf(pinned ?? history.versions[0]?.id ?? '')
      let sight = await look.look()
      // What the files say holds at once; what came over the network is what it was, until it is judged.
      if (last !== null) look.adopt(last.sdls)
      if (sight.kind === 'missing') sight = await look.look()
      if (sight.kind === 'missing') {
        await look.ask()
        sight = await look.look()
      }
      if (sight.kind === 'unreadable') throw new Error(sight.problems.join('\n'))
      if (sight.kind === 'missing') {
        const failures = look
          .health()
          .flatMap(({ name, failure }) => failure && [`${name}: ${failure}`])
        isWaiting = true
        logger.error({ failures }, 'no graph yet: subgraphs have not said what they are')
        return null
      }
      names = sight.seen.config.authNames.fingerprint
      const seen =
        pinned !== null && last !== null
          ? { ...sight.seen, contents: withTextsOf(last, sight.seen) }
          : sight.seen
      const id = idOf(seen.contents)
      const composed = composedBefore(seen) ?? (await judge(seen, id))
      if (composed === null) throw new Error(held?.reasons.join('\n'))
      const source = await sourceOf(seen.contents, composed)
      const by = history.versions[0]?.id === id ? history.versions[0].by : ITSELF
      const changes = differencesOf(last, seen.contents)
      await keep({ id, contents: seen.contents, composed, by, changes })
      return { source }
    },
    begin: next,
    isWaiting: () => served === null && isWaiting,
    status: () => ({
      version: served?.version ?? null,
      isPinned: pinned !== null,
      held: heldNow(),
      versions: history.versions,
      subgraphs: look.health(),
      reach: store.reach(),
    }),
    accept: (given, by) =>
      inTurn(async () => {
        const found = heldNow().filter(({ id }) => isMeant(given, id))
        const [change] = found
        if (change === undefined) throw new ChangeRefused(`No change ${given} is held.`)
        if (found.length > 1 && new Set(found.map(({ id }) => id)).size > 1)
          throw new ChangeRefused(`${given} is the beginning of more than one change.`)
        if (change.kind === 'broken')
          throw new ChangeRefused(`${given} is broken, and cannot be accepted: mend it.`)
        await decide({ kind: 'accept', id: change.id, by })
        if (served?.id !== change.id)
          throw new ChangeRefused(`${given} could not be served: ${held?.reasons.join('; ')}`)
        return `${shortId(change.id)} is served.`
      }),
    back: (given, by) =>
      inTurn(async () => {
        const found =
          given === null
            ? history.versions.slice(1, 2)
            : history.versions.filter(({ id }) => isMeant(given, id))
        const [version] = found
        if (version === undefined)
          throw new ChangeRefused(
            given === null
              ? 'There is no version before this one.'
              : `There is no version ${given}.`,
          )
        if (found.length > 1) throw new ChangeRefused(`${given} is the beginning of more than one.`)
        await decide({ kind: 'back', id: version.id, by })
        if (held !== null)
          throw new ChangeRefused(`It cannot be served: ${held.reasons.join('; ')}`)
        return `Back at ${shortId(version.id)}. Changes are held until you accept one.`
      }),
    async stop() {
      isStopped = true
      clearTimeout(timer)
      judgeApart.stop()
      await turn
    },
  }

  async function decide(said: Omit<Decision, 'number'>): Promise<void> {
    const decision = { ...said, number: Math.max(now(), decided + 1) }
    await store.decide(decision)
    await follow(decision)
  }
}

/** So many are tried: each costs a process of its own. */
const TRIED = 5

/** What there would be if one of the subgraphs whose SDL came by itself had not changed, for each that has. */
function withoutOne(before: Contents, { contents, config }: Seen): readonly Contents[] {
  if (contents.supergraph !== null || before.supergraph !== null) return []
  return config.subgraphs
    .filter(({ schema }) => !('file' in schema || 'of' in schema))
    .filter(({ name }) => name in contents.sdls && contents.sdls[name] !== before.sdls[name])
    .slice(0, TRIED)
    .flatMap(({ name, schema }) => {
      const { [name]: _, ...others } = contents.sdls
      const known = before.sdls[name]
      if (known !== undefined) return [{ ...contents, sdls: { ...others, [name]: known } }]
      return 'announced' in schema ? [{ ...contents, sdls: others }] : []
    })
}

/** Loading it finds what is wrong with it; there is nothing to compare it with. */
function composedBefore({ contents: { supergraph, sdls }, config }: Seen): Composed | null {
  if (supergraph === null) return null
  const authSdl = renamedAuthSdl(sdls[AUTH_SUBGRAPH] ?? packagedAuthSdl(), config.authNames)
  return { sdl: supergraph, authSdl, opened: [], waiting: [], reasons: [], changes: [] }
}

/** Long enough that nobody types it by accident. */
function isMeant(given: string, id: string): boolean {
  return given.length >= 6 && id.startsWith(given)
}

/** What a version said of itself, under the files of now: they say what holds, and auth is this package's. */
function withTextsOf(kept: Contents, { contents, config }: Seen): Contents {
  const known = new Set(
    config.subgraphs.filter(({ schema }) => !('of' in schema)).map(({ name }) => name),
  )
  const texts = Object.entries(kept.sdls).filter(
    ([name]) => known.has(name) && name !== AUTH_SUBGRAPH,
  )
  return {
    ...contents,
    supergraph: kept.supergraph,
    sdls: { ...contents.sdls, ...Object.fromEntries(texts) },
  }
}
