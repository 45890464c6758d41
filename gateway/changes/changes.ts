// The graph changes while it serves.
//
//   look ── as before ─────────────────────────────────────────────► look again
//     └─ changed, and the same at the next look ─► judge, apart
//           ├─ broken ───────────────────────────► held, with its reasons; what is served stays
//           ├─ gives somebody more, reaches for another's, breaks clients ─► held until an operator accepts it
//           └─ good ─► build, warm, swap, drain; kept on disk
//
// An operator who goes back to a version pins it: whatever comes then is held until somebody accepts it. A command waits for nobody who
// composes: what a look judges at that moment is judged at the next one.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Graph, GraphSource } from '../supergraph.ts'
import { createGraphCommands, type GraphCommands } from './commands.ts'
import { digestOf } from './contents.ts'
import { type FirstGraph, firstGraph } from './first-graph.ts'
import { createFollowGraph, type FollowParts } from './follow-graph.ts'
import { GraphRecord } from './graph-record.ts'
import { createJudgeApart, type JudgeApart } from './judge-apart.ts'
import type { Sight } from './look.ts'
import { ChangeRefused, type GraphStatus } from './status.ts'

export interface GraphChanges extends GraphCommands {
  /** The graph to begin with: what was served last, with the present files; else what there is. `null`: there is none yet. */
  first(): Promise<{ readonly source: GraphSource } | null>
  /** @param served What `first` said, where it could be loaded. */
  begin(served: Graph | null): void
  /** There is no graph yet, and one may come: subgraphs have not said what they are. */
  isWaiting(): boolean
  status(): GraphStatus
  stop(): Promise<void>
}

export interface GraphChangesOptions extends FollowParts {
  /** How often addresses and subgraphs are asked, and files looked at. */
  readonly askEveryMs: number
  readonly lookEveryMs: number
  readonly monotonic: () => number
  /** Default: a process of its own for each. */
  readonly judgeApart?: JudgeApart
  /** After so long a command that is still under way says so. Default: 20 s. */
  readonly answerMs?: number
}

const ANSWER_MS = 20_000
const UNDER_WAY =
  'It is under way, and what it needs is still composed: "sallyport subgraphs" says what becomes of it.'

export function createGraphChanges(options: GraphChangesOptions): GraphChanges {
  const { look, store, logger, monotonic } = options
  const record = new GraphRecord(options)
  const judgeApart = options.judgeApart ?? createJudgeApart()
  const following = createFollowGraph(record, { ...options, judgeApart })
  const commands = createGraphCommands(record, following, options)
  /** Of the last look. */
  let sighted = ''
  let isWaiting = false
  let found: FirstGraph | null = null
  let askAt = Number.NEGATIVE_INFINITY
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  let turn: Promise<unknown> = Promise.resolve()
  /** Of the look that is under way. */
  let looking = new AbortController()

  /** One after the other: a command waits for a look, and a look for a command. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work)
    turn = done.catch(() => undefined)
    return done
  }

  async function command(work: () => Promise<string>): Promise<string> {
    looking.abort()
    const done = inTurn(work)
    const overdue = new AbortController()
    const late = sleep(options.answerMs ?? ANSWER_MS, null, { signal: overdue.signal })
    const said = await Promise.race([done, late]).finally(() => overdue.abort())
    if (said !== null) return said
    done.then(
      (said) => logger.info({ said }, 'a command about the graph is done'),
      (error) => logger.warn({ err: error }, 'a command about the graph could not be done'),
    )
    throw new ChangeRefused(UNDER_WAY)
  }

  function next(): void {
    if (isStopped) return
    timer = setTimeout(() => {
      void inTurn(lookAgain)
        .catch((error) => {
          if (!looking.signal.aborted)
            logger.error({ err: error }, 'the graph could not be looked at')
        })
        .finally(next)
    }, options.lookEveryMs)
    timer.unref()
  }

  async function lookAgain(): Promise<void> {
    if (isStopped) return
    looking = new AbortController()
    await following.follow(await store.decision())
    askInTime()
    const sight = await look.look()
    const problems = problemsOf(sight)
    if (sight.kind === 'missing' && problems.length === 0) return
    const isSeen = sight.kind === 'seen'
    const id = isSeen ? record.idOf(sight.seen.contents) : digestOf(problems.join())
    // An editor, or a deployment, writes several files one after the other: what is the same twice is meant.
    const isStill = id === sighted
    sighted = id
    if (!isStill) return
    if (isSeen) await following.consider(sight.seen, id, looking.signal)
    else if (record.held?.id !== id) record.hold(id, 'broken', { of: [], reasons: problems })
  }

  /** Without one that is new in the file nothing else of it can be served: somebody has to be told. At the start that is told already. */
  function problemsOf(sight: Sight): readonly string[] {
    if (sight.kind === 'seen') return []
    if (sight.kind === 'unreadable') return sight.problems
    if (record.served === null) return []
    return look
      .health()
      .filter(({ name, failure }) => failure !== null && sight.names.includes(name))
      .map(({ name, failure }) => `${name} has not said what it is: ${failure}`)
  }

  function askInTime(): void {
    if (monotonic() < askAt) return
    askAt = monotonic() + options.askEveryMs
    void look.ask()
  }

  return {
    async first() {
      found = await firstGraph(record, following, options)
      isWaiting = found === null
      return found
    },
    begin(served) {
      const first = found
      if (served !== null && first !== null) void inTurn(() => first.keep())
      next()
    },
    isWaiting: () => record.served === null && isWaiting,
    status: () => ({
      version: record.served?.version ?? null,
      isPinned: record.pinned !== null,
      held: record.allHeld,
      versions: record.history.versions,
      subgraphs: look.health(),
      reach: store.reach(),
    }),
    accept: (id, by) => command(() => commands.accept(id, by)),
    back: (id, by) => command(() => commands.back(id, by)),
    async stop() {
      isStopped = true
      clearTimeout(timer)
      following.stop()
      await turn
    },
  }
}
