// A graph that changes, without a gateway: texts that a test sets, and judges that compose nothing. For what is decided about a change.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGraphChanges } from '../../../gateway/changes/changes.ts'
import type { Contents } from '../../../gateway/changes/contents.ts'
import type { Composed, Question, Verdict } from '../../../gateway/changes/judge.ts'
import type { JudgeApart } from '../../../gateway/changes/judge-apart.ts'
import { createGraphStore } from '../../../gateway/changes/store.ts'
import { readSupergraphConfig } from '../../../gateway/supergraph/read-config.ts'

/** Three subgraphs whose SDL comes by itself. */
const NAMES = ['live', 'asked', 'third'] as const
type Name = (typeof NAMES)[number]

const yaml = `subgraphs:
  auth: { routing_url: "http://auth/graphql" }
${NAMES.map((name) => `  ${name}: { routing_url: "http://${name}/graphql", schema: { url: "http://${name}/sdl" } }`).join('\n')}
`

/** However busy the machine is. */
export const PATIENT = { timeout: 30_000, interval: 20 }

export interface FollowingOptions {
  /** What is said of texts. Default: `wordsOf`. */
  judge?(question: Question, signal?: AbortSignal): Promise<Verdict>
  readonly answerMs?: number
  readonly lookEveryMs?: number
}

/** An SDL with `broken` in it does not compose, and one with `opens` gives somebody more than what was served. */
export async function wordsOf({ contents, before }: Question): Promise<Verdict> {
  const texts = Object.entries(contents.sdls)
  const broken = texts.filter(([, sdl]) => sdl.includes('broken'))
  if (broken.length > 0) return { problems: broken.map(([name]) => `${name} is broken`) }
  const opening = texts.filter(([, sdl]) => sdl.includes('opens') && !before?.sdl.includes(sdl))
  return {
    sdl: texts.map(([name, sdl]) => `${name}: ${sdl}`).join('\n'),
    authSdl: '',
    opened: [],
    waiting: [],
    reasons: opening.map(([name]) => ({ kind: 'gains' as const, text: `${name} opens` })),
    changes: [],
  } satisfies Composed
}

export async function startFollowing(options: FollowingOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-following-'))
  const sdls: Record<Name, string> = { live: 'live', asked: 'asked', third: 'third' }
  const served: string[] = []
  const logs: unknown[][] = []
  const START = 1_790_000_000_000
  let passed = 0
  const write = (...line: unknown[]) => void logs.push(line)
  const logger = { debug: write, info: write, warn: write, error: write } as never
  const configPath = join(folder, 'supergraph.yaml')
  const config = readSupergraphConfig(yaml, { variables: {}, source: configPath, now: START })
  const judge = options.judge ?? wordsOf
  const judgeApart: JudgeApart = Object.assign(judge, { stop() {} })
  let contents: Contents = { yaml, sdls: { ...sdls }, supergraph: null, others: '' }
  const changes = createGraphChanges({
    place: { configPath, variables: {} },
    look: {
      look: async () => {
        const isSame = NAMES.every((name) => contents.sdls[name] === sdls[name])
        if (!isSame) contents = { ...contents, sdls: { ...sdls } }
        return { kind: 'seen', seen: { contents, config, origins: {} } }
      },
      ask: async () => {},
      adopt: () => {},
      health: () => [],
    },
    store: createGraphStore({ folder, logger }),
    load: async ({ sdl }) => {
      served.push(sdl)
      return {} as never
    },
    asked: async () => [],
    countSwap: () => {},
    judgeApart,
    askEveryMs: 1,
    lookEveryMs: options.lookEveryMs ?? 5,
    answerMs: options.answerMs ?? 10_000,
    now: () => START + passed,
    monotonic: () => performance.now() + passed,
    logger,
  })
  await changes.first()
  changes.begin({} as never)

  return {
    changes,
    sdls,
    logs,
    heldNow: () =>
      changes.status().held.map(({ kind, of, reasons }) => `${kind} ${of.join('+')}: ${reasons}`),
    idOf: (of: string) =>
      changes.status().held.find((one) => one.of.join('+') === of && one.kind === 'waits')?.id ??
      '',
    sdlNow: () => served.at(-1) ?? '',
    pass: (ms: number) => {
      passed += ms
    },
    async [Symbol.asyncDispose]() {
      await changes.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
