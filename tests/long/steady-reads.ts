// Reads all the time, whatever happens to the parts: those that the gateway answers alone, and those that auth answers.
import { setTimeout as sleep } from 'node:timers/promises'
import { bearer, type GraphqlAnswer } from '../client.ts'
import type { Person } from '../people.ts'
import type { Deployment } from '../postgres/deployment.ts'

const EVERY_MS = 25

const DOCUMENTS = { byTheGateway: '{ __typename }', byAuth: '{ viewer { user { id } } }' }
export type ReadKind = keyof typeof DOCUMENTS

/** What was seen since it was asked for last. */
export interface Reading {
  /** How often; NETWORK where no answer came. */
  readonly codes: ReadonlyMap<string, number>
  readonly times: readonly number[]
}

export interface SteadyReads {
  take(kind: ReadKind): Reading
  stop(): Promise<void>
}

/** @param readers Signed in, and left alone by everybody else. */
export function startReads(deployment: Deployment, readers: readonly Person[]): SteadyReads {
  const kinds = Object.keys(DOCUMENTS) as ReadKind[]
  const seen = { byTheGateway: newReading(), byAuth: newReading() }
  const under = new Set<Promise<void>>()
  let isOver = false

  async function read(turn: number): Promise<void> {
    const kind = kinds[turn % 2] ?? 'byAuth'
    const headers = bearer(readers[turn % readers.length]?.accessToken ?? '')
    const since = performance.now()
    const answer = deployment.client((turn >> 1) % 2).send(DOCUMENTS[kind], {}, headers)
    const code = await answer.then(codeOf, () => 'NETWORK')
    const { codes, times } = seen[kind]
    times.push(performance.now() - since)
    if (code !== undefined) codes.set(code, (codes.get(code) ?? 0) + 1)
  }

  const work = (async () => {
    for (let turn = 0; !isOver; turn += 1) {
      const one = read(turn).finally(() => under.delete(one))
      under.add(one)
      await sleep(EVERY_MS)
    }
  })()

  return {
    take(kind) {
      const taken = seen[kind]
      seen[kind] = newReading()
      return taken
    },
    stop: async () => {
      isOver = true
      await work
      await Promise.all(under)
    },
  }
}

function newReading() {
  return { codes: new Map<string, number>(), times: [] as number[] }
}

/** None: it was answered. */
function codeOf({ code, data, status }: GraphqlAnswer): string | undefined {
  return code ?? (data ? undefined : `STATUS_${status}`)
}
