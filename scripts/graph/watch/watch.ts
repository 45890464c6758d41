// While `sallyport dev` runs: what changes is composed apart, and swapped in whole. What is broken is told, and the last good
// graph stays.
//
//   look ── as before ──────────────────────────► look again
//     └─ changed, and the same at the next look ─► compose apart ── good ──► swap
//                                                       └─ broken ─► told once; the last good one serves
import { loadHooks } from '../../../gateway/hooks/load-hooks.ts'
import type { FoundSupergraph } from '../../../gateway/supergraph/open.ts'
import { isComposedElsewhere, readConfigToCompose } from '../composed-files.ts'
import { identityForSubgraphs } from '../identity-for-subgraphs.ts'
import { createComposeApart } from './compose-apart.ts'
import { type ComposedApart, problemsOf } from './compose-for-parent.ts'
import { createLook, type Inputs } from './inputs.ts'
import { writeLock } from './lock.ts'

/** The gateway that serves meanwhile. */
export interface Served {
  reloadGraph(found?: FoundSupergraph): Promise<void>
  /** With other hooks: they are read at its start. */
  restart(): Promise<void>
}

export interface WatchOptions {
  readonly configPath: string
  readonly env: NodeJS.ProcessEnv
  readonly gateway: Served
  readonly tell: {
    changed(text: string): void
    refused(problems: readonly string[]): void
  }
  /** Whether what was composed before is taken as it is. Default: false. */
  readonly isSample?: boolean
}

const LOOK_EVERY_MS = 300

export interface Watch {
  stop(): Promise<void>
}

export async function watchGraph(options: WatchOptions): Promise<Watch> {
  const { configPath, env, gateway, tell, isSample = false } = options
  const composeApart = createComposeApart(env)
  const monotonic = () => performance.now()
  const look = createLook(configPath, { identityFor: await identityForSubgraphs(), monotonic })
  const names = fingerprintOf(configPath)
  let known = await look()
  if (!isSample && look.isStale()) known = { ...known, graph: '' }
  let seen = known
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  let turn: Promise<void> = Promise.resolve()
  next()

  function next(): void {
    if (isStopped) return
    timer = setTimeout(() => {
      turn = lookAgain().finally(next)
    }, LOOK_EVERY_MS)
  }

  /** An editor writes several files one after the other: what is the same twice is meant. */
  async function lookAgain(): Promise<void> {
    const found = await look()
    const isStill = isSame(found, seen)
    seen = found
    if (!isStill || isSame(found, known)) return
    const before = known
    known = found
    try {
      if (found.graph !== before.graph) await changeGraph()
      if (found.hooks !== before.hooks) await changeHooks()
    } catch (error) {
      if (!isStopped) tell.refused(problemsOf(error))
    }
  }

  async function changeGraph(): Promise<void> {
    if (isComposedElsewhere(configPath)) {
      await gateway.reloadGraph()
      return tell.changed('The graph has changed: supergraph.graphql is served.')
    }
    const answer = await composeApart(configPath)
    if (isStopped) return
    if ('problems' in answer) return tell.refused(answer.problems)
    // Auth reads its names at its start, and would answer 503 to all that has others.
    if (fingerprintOf(configPath) !== names)
      return tell.refused(['"auth:" in supergraph.yaml is read at the start: start again'])
    await gateway.reloadGraph(answer)
    writeLock(configPath, answer.opened)
    tell.changed(describeChange(answer))
  }

  async function changeHooks(): Promise<void> {
    await loadHooks(configPath, { warn() {} })
    await gateway.restart()
    tell.changed(
      'sallyport.config has changed: the gateway has started again with it. Auth reads its hooks when dev starts.',
    )
  }

  return {
    async stop() {
      isStopped = true
      clearTimeout(timer)
      composeApart.stop()
      await turn
    },
  }
}

function isSame(one: Inputs, other: Inputs): boolean {
  return one.graph === other.graph && one.hooks === other.hooks
}

function fingerprintOf(configPath: string): string | null {
  return readConfigToCompose(configPath).authNames.fingerprint
}

function describeChange({ denied }: ComposedApart): string {
  const swapped = 'The graph has changed, and is served.'
  if (denied.length === 0) return swapped
  const shown = denied.slice(0, 5).join(', ')
  const more = denied.length > 5 ? ` and ${denied.length - 5} more` : ''
  return `${swapped} Nobody can read what has no rule: ${shown}${more}.`
}
